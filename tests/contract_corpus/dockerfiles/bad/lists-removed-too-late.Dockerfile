FROM cloche-base:latest
USER root
RUN apt-get update && apt-get install -y --no-install-recommends git
RUN rm -rf /var/lib/apt/lists/*
USER agent
# expect cloche: warning lists-removed line 3
