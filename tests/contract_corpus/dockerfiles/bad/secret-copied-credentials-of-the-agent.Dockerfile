FROM cloche-base:latest
USER root
ADD .claude/.credentials.json /home/agent/.claude/
USER agent
# expect cloche: FAIL secret-copy line 3
