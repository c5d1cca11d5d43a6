ARG IMAGE=registry.local:5000/team/base:latest
FROM ${IMAGE}
USER agent
# expect cloche: warning base-pinned line 2
