FROM cloche-base:latest
USER root
ENV W=/workspace
VOLUME $W/node_modules
USER agent
# expect cloche: FAIL workspace-volume line 4
