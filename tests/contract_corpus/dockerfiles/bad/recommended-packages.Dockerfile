FROM cloche-base:latest
USER root
RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
USER agent
# expect cloche: warning no-recommends line 3
