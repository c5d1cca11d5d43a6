FROM cloche-base:latest
USER root
WORKDIR /
WORKDIR workspace
USER agent
# expect cloche: warning absolute-workdir line 4
