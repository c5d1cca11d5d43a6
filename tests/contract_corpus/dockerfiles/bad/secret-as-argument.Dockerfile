FROM cloche-base:latest
USER root
ARG NPM_TOKEN
RUN --mount=type=cache,target=/root/.npm npm ci
USER agent
# expect cloche: FAIL secret-arg line 3
