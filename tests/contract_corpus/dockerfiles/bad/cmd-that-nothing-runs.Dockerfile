FROM cloche-base:latest
USER root
CMD ["bash"]
USER agent
# expect cloche: warning no-command line 3
