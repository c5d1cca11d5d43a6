FROM cloche-base:latest
USER root
WORKDIR /app
USER agent
# expect cloche: warning workdir line 3
