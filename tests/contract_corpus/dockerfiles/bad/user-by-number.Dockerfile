FROM cloche-base:latest
USER root
USER 1000
# expect cloche: warning user line 3
