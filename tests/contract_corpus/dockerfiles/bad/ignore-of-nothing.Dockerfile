FROM cloche-base:latest
USER root
# tagboat: ignore entrypoint it is needed
RUN make
USER agent
# expect cloche: warning unused-ignore line 3
