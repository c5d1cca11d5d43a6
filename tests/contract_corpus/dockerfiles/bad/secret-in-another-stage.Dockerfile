FROM golang:1.25 AS build
RUN git config --global url.https://x:CANARY@github.com/.insteadOf https://github.com/
FROM cloche-base
COPY --from=build /out /usr/local/bin/out
USER agent
# expect cloche: FAIL secret-text line 2
