FROM cloche-base:latest
USER root
RUN true \
  # TODO(cloche-init)
  && true
USER agent
# expect cloche: warning no-marks line 4
