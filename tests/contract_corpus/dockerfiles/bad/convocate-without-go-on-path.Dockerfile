FROM ubuntu:24.04
ENV LANG=en_US.UTF-8 PATH=/usr/bin:/bin
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
# expect convocate: FAIL go-path line 2
