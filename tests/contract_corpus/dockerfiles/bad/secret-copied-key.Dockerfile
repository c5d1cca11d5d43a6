FROM cloche-base:latest
USER root
COPY ["keys/id_ed25519", "/home/agent/.ssh/"]
USER agent
# expect cloche: FAIL secret-copy line 3
