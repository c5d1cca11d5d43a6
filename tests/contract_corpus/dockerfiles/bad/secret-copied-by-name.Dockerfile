FROM cloche-base:latest
USER root
COPY --chown=agent .env /workspace/
USER agent
# expect cloche: FAIL secret-copy line 3
