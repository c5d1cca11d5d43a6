FROM debian:bookworm-slim
WORKDIR /home/agent/disinto
VOLUME ["/home/agent/data", "/home/agent/disinto/projects", "/home/agent/disinto/state"]
ENTRYPOINT ["/entrypoint.sh"]
# expect disinto: FAIL data-volumes
