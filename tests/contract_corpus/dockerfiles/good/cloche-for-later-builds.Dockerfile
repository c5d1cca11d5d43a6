FROM cloche-base:latest
USER root
ONBUILD USER root
ONBUILD ENTRYPOINT ["/x"]
USER agent
# expect cloche: nothing
