FROM cloche-base:latest
USER root
ARG WHO=runner
USER ${WHO}
# expect cloche: warning user line 4
