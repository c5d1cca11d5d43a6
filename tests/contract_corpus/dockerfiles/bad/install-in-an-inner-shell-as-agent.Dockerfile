FROM cloche-base:latest
USER agent
RUN bash -lc 'dnf install -y git && dnf clean all'
# expect cloche: FAIL root-installs line 3
