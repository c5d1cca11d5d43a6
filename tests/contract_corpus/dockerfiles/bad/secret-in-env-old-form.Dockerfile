FROM cloche-base:latest
USER root
ENV DB_PASSWORD CANARY with spaces
USER agent
# expect cloche: FAIL secret-env line 3
