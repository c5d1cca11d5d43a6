from cloche-base:latest
user root
entrypoint ["/ep.sh"]
user agent
# expect cloche: FAIL entrypoint line 3
