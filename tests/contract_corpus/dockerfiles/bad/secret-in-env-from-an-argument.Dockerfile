FROM cloche-base:latest
USER root
ARG VALUE
ENV API_KEY=$VALUE
USER agent
# expect cloche: FAIL secret-env line 4
