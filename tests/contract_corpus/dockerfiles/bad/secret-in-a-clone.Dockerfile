FROM cloche-base:latest
USER root
RUN true \
  && git clone https://me:CANARY@github.com/x/y
USER agent
# expect cloche: FAIL secret-text line 3
