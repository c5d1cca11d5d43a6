FROM cloche-base:latest
USER root
ENV DATABASE_URL=postgres://app:CANARY@db/app
USER agent
# expect cloche: FAIL secret-env line 3
