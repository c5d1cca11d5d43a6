FROM cloche-base:latest
USER root
RUN apk add git
USER agent
# expect cloche: warning lists-removed line 3
