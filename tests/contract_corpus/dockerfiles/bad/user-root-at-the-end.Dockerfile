FROM cloche-base:latest
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs \
 && rm -rf /var/lib/apt/lists/*
# expect cloche: warning user line 2
