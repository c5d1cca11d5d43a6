FROM cloche-base:latest
USER agent
RUN <<EOF
apt-get update
apt-get install -y --no-install-recommends git
rm -rf /var/lib/apt/lists/*
EOF
# expect cloche: FAIL root-installs line 3
