FROM ubuntu:24.04
ENV LANG=en_US.UTF-8 PATH=/usr/local/go/bin:$PATH
ENTRYPOINT ["tini", "--", "/usr/local/bin/entrypoint.sh"]
# expect convocate: FAIL entrypoint line 3
