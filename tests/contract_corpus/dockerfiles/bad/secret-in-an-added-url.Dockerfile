FROM cloche-base:latest
USER root
ADD https://me:CANARY@example.org/x.tar /x.tar
USER agent
# expect cloche: FAIL secret-copy line 3
