FROM debian:bookworm-slim
WORKDIR /home/agent/disinto
LABEL org.opencontainers.image.version=latest
VOLUME ["/home/agent/data", "/home/agent/repos", "/home/agent/disinto/projects", "/home/agent/disinto/state"]
ENTRYPOINT ["/entrypoint.sh"]
# expect disinto: warning version-label line 3
