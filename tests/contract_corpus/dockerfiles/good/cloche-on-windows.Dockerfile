# escape=`
FROM cloche-base:latest
USER root
RUN apt-get update `
 && apt-get install -y --no-install-recommends git `
 && rm -rf /var/lib/apt/lists/*
USER agent
# expect cloche: nothing
