FROM cloche-base AS tools
ENTRYPOINT ["/ep.sh"]
FROM tools
USER agent
# expect cloche: FAIL entrypoint line 2
