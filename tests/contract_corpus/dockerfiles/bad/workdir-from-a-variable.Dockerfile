FROM cloche-base:latest
USER root
ENV HOME_OF=/srv
WORKDIR $HOME_OF/work
USER agent
# expect cloche: warning workdir line 4
