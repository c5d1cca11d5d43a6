# syntax=docker/dockerfile:1
ARG GO=1.25
FROM golang:${GO} AS build
USER 1000
RUN apt-get update
ENTRYPOINT ["/x"]
FROM cloche-base
COPY --from=build /out/tool /usr/local/bin/tool
WORKDIR /workspace
USER agent
# expect cloche: nothing
