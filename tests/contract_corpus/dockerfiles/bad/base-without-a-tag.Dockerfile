FROM debian
USER agent
# expect cloche: warning base-pinned line 1
