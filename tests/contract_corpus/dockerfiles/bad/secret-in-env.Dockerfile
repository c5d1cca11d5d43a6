FROM cloche-base:latest
USER root
ENV GITHUB_TOKEN=CANARY
USER agent
# expect cloche: FAIL secret-env line 3
