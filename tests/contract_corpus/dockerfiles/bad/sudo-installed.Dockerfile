FROM cloche-base:latest
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs sudo \
 && rm -rf /var/lib/apt/lists/*
USER agent
# expect cloche: FAIL no-sudo line 3
