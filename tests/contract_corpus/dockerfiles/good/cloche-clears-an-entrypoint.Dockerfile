FROM cloche-base
ENTRYPOINT []
USER agent
# expect cloche: nothing
