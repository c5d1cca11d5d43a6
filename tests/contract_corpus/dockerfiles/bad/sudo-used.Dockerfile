FROM cloche-base:latest
USER root
RUN sudo make install
USER agent
# expect cloche: FAIL no-sudo line 3
