FROM scratch
COPY --from=cloche-base / /
WORKDIR /workspace
# expect cloche: warning user
