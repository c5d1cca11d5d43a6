FROM cloche-base:latest
USER root
RUN apk add --no-cache git gosu
WORKDIR /workspace
RUN dnf -y install git && dnf clean all
WORKDIR /workspace
RUN echo 'APT::Install-Recommends "0";' > /etc/apt/apt.conf.d/99 && apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
USER agent
# expect cloche: nothing
