FROM cloche-base:latest
USER root
COPY .ssh/ /home/agent/.ssh/
USER agent
# expect cloche: FAIL secret-copy line 3
