FROM cloche-base:latest
USER root
COPY <<EOF /home/agent/key
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAECANARY
-----END OPENSSH PRIVATE KEY-----
EOF
USER agent
# expect cloche: FAIL secret-text line 3
