FROM ubuntu:24.04
ENV LANG=en_US.UTF-8 PATH=/usr/local/go/bin:$PATH
USER 0:0
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
# expect convocate: nothing
