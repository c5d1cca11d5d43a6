FROM cloche-base:latest
USER 1000:1000
RUN apk add --no-cache git
USER agent
# expect cloche: FAIL root-installs line 3
