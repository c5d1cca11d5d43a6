FROM cloche-base:latest
USER root
RUN usermod -aG docker,sudo agent
USER agent
# expect cloche: FAIL no-sudo line 3
