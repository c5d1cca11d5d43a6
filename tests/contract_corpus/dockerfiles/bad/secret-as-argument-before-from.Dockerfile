ARG REGISTRY_PASSWORD=CANARY
FROM cloche-base
USER agent
# expect cloche: FAIL secret-arg line 1
