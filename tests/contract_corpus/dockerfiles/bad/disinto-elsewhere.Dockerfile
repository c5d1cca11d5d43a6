FROM debian:bookworm-slim
WORKDIR /home/agent/code
VOLUME ["/home/agent/data", "/home/agent/repos", "/home/agent/disinto/projects", "/home/agent/disinto/state"]
ENTRYPOINT ["/entrypoint.sh"]
# expect disinto: FAIL workdir line 2
