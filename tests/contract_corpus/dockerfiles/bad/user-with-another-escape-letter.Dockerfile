# escape=`
FROM cloche-base:latest
RUN make
USER `
  builder
# expect cloche: warning user line 4
