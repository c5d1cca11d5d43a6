FROM cloche-base:latest
USER root
# TODO(cloche-init): install your tools
USER agent
# expect cloche: warning no-marks line 3
