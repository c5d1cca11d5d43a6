FROM cloche-base:latest
USER root
RUN apt-get update && apt-get install -y --no-install-recommends git
USER agent
# expect cloche: warning lists-removed line 3
