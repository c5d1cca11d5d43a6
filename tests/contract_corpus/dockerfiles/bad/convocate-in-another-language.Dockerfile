FROM ubuntu:24.04
ENV LANG=de_DE.UTF-8 PATH=/usr/local/go/bin:$PATH
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
# expect convocate: FAIL locale line 2
