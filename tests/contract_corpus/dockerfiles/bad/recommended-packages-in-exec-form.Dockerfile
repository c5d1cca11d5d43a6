FROM cloche-base:latest
USER root
RUN ["sh", "-c", "apt-get update && apt-get -y install git && rm -rf /var/lib/apt/lists/*"]
USER agent
# expect cloche: warning no-recommends line 3
