FROM cloche-base:latest
USER root
LABEL maintainer=me deploy_key="CANARY"
USER agent
# expect cloche: FAIL secret-label line 3
