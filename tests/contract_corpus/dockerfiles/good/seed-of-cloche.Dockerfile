FROM cloche-base:latest
USER root
# Install your project's build dependencies
RUN apt-get update \
    && apt-get install -y --no-install-recommends nodejs npm python3 \
    && rm -rf /var/lib/apt/lists/*
# Install the agent binary
RUN npm install -g @anthropic-ai/claude-code
# Add project-specific build tools
# RUN pip install -r requirements.txt
USER agent
# expect cloche: nothing
