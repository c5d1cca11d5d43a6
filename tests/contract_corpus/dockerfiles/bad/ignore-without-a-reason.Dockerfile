FROM cloche-base:latest
USER root
# tagboat: ignore no-command
CMD ["bash"]
USER agent
# expect cloche: warning no-command line 4
