FROM cloche-base:latest
USER root
COPY . /workspace/
# files: src/.env
USER agent
# expect cloche: FAIL secret-copy line 3
