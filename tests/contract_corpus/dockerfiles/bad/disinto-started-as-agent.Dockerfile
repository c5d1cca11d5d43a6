FROM debian:bookworm-slim
WORKDIR /home/agent/disinto
VOLUME ["/home/agent/data", "/home/agent/repos", "/home/agent/disinto/projects", "/home/agent/disinto/state"]
USER agent
ENTRYPOINT ["/entrypoint.sh"]
# expect disinto: FAIL user line 4
