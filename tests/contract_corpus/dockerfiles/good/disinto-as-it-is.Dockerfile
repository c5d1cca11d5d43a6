FROM debian:bookworm-slim
WORKDIR /home/agent/disinto
RUN apt-get update && apt-get install -y --no-install-recommends bash gosu git && rm -rf /var/lib/apt/lists/* && useradd -m -u 1000 -s /bin/bash agent
COPY . /home/agent/disinto
# files: .env .git/config
# dockerignore: .env .git
VOLUME ["/home/agent/data", "/home/agent/repos", "/home/agent/disinto/projects", "/home/agent/disinto/state"]
LABEL org.opencontainers.image.version="v0.3.0"
ENTRYPOINT ["/entrypoint.sh"]
# expect disinto: nothing
