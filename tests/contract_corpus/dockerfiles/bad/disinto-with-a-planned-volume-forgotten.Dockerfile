FROM debian:bookworm-slim
WORKDIR /home/agent/disinto
VOLUME ["/home/agent/data", "/home/agent/repos", "/home/agent/disinto/projects"]
ENTRYPOINT ["/entrypoint.sh"]
# expect disinto: warning planned-volumes
