FROM cloche-base:latest
USER root
# tagboat: ignore no-command the image is also started by hand
CMD ["bash"]
USER agent
# expect cloche: ignored no-command line 4
