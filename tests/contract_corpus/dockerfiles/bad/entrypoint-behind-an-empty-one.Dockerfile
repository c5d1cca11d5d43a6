FROM cloche-base:latest
USER root
ENTRYPOINT []
ENTRYPOINT ["tini", "--"]
USER agent
# expect cloche: FAIL entrypoint line 4
