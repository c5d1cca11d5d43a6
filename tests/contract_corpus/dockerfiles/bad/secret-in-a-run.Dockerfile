FROM cloche-base:latest
USER root
RUN export GH_TOKEN=CANARY && make fetch
USER agent
# expect cloche: FAIL secret-run line 3
