FROM cloche-base:latest
USER root
RUN <<EOF
set -e
apt-get update
apt-get install -y --no-install-recommends git
rm -rf /var/lib/apt/lists/*
EOF
RUN cat <<'EOF' > /etc/motd && chmod 644 /etc/motd
USER root
ENTRYPOINT ["nothing"]
EOF
USER agent
# expect cloche: nothing
