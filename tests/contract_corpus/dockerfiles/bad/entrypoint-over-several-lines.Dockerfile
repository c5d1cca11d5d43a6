FROM cloche-base:latest
USER root
ENTRYPOINT \
# setup
  ["/ep.sh"]
USER agent
# expect cloche: FAIL entrypoint line 3
