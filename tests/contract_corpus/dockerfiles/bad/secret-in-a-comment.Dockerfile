FROM cloche-base:latest
USER root
# export TOKEN=ghp_CANARYCANARYCANARY01234567
USER agent
# expect cloche: FAIL secret-text line 3
