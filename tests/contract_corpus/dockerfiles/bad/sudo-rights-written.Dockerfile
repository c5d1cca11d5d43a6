FROM cloche-base:latest
USER root
RUN echo 'agent ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers.d/agent
USER agent
# expect cloche: FAIL no-sudo line 3
