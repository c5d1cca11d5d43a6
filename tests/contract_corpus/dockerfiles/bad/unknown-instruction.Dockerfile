FROM cloche-base:latest
USER root
INSTALL git
USER agent
# expect cloche: unreadable line 3
