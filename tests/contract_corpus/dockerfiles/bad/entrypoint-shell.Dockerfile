FROM cloche-base:latest
USER root
ENTRYPOINT /ep.sh --token=CANARY
USER agent
# expect cloche: FAIL entrypoint line 3
