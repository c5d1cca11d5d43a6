FROM cloche-base:latest
USER root
ENV SETTINGS="a ghp_CANARYCANARYCANARY01234567 b"
USER agent
# expect cloche: FAIL secret-env line 3
