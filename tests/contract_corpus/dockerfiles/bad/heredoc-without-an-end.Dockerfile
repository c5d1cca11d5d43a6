FROM cloche-base:latest
USER root
RUN <<EOF
make
# expect cloche: unreadable line 3
