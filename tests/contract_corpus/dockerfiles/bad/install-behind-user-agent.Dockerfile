FROM cloche-base:latest
USER agent
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs \
 && rm -rf /var/lib/apt/lists/*
# expect cloche: FAIL root-installs line 3
