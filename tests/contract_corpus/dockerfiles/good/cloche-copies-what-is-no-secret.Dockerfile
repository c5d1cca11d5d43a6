FROM cloche-base:latest
USER root
COPY . /workspace/
COPY .env.example config/ssh_known_hosts /etc/x/
# files: .env secrets/id_rsa
# dockerignore: **/.env secrets
USER agent
# expect cloche: nothing
