FROM cloche-base:latest
USER root
VOLUME /data /workspace/
USER agent
# expect cloche: FAIL workspace-volume line 3
