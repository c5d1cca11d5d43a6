FROM node:latest AS base
FROM base
USER agent
# expect cloche: warning base-pinned line 1
