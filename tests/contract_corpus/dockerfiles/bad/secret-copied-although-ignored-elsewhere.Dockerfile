FROM cloche-base:latest
USER root
COPY . /workspace/
# files: src/.env
# dockerignore: .env !src
USER agent
# expect cloche: FAIL secret-copy line 3
