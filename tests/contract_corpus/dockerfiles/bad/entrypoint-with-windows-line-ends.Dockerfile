FROM cloche-base:latest
USER root
ENTRYPOINT ["/ep.sh"]
USER agent
# expect cloche: FAIL entrypoint line 3
