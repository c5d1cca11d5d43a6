FROM cloche-base:latest
USER root
RUN dnf -y install git
USER agent
# expect cloche: warning lists-removed line 3
