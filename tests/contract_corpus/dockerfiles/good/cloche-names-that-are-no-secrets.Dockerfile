FROM cloche-base:latest
USER root
ENV TOKENIZERS_PARALLELISM=false KEYBOARD=us GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D PASSWORD_FILE=/run/secrets/db MAX_TOKENS=4096 API_KEY=
ARG GIT_SHA=0123456789abcdef0123456789abcdef01234567
LABEL org.opencontainers.image.source=https://github.com/x/y
RUN git clone https://${USER}:${TOKEN}@github.com/x/y && curl -fsSL https://deb.nodesource.com/setup_22.x | bash -
# behind a proxy: --build-arg https_proxy=http://user:password@proxy:8080
USER agent
# expect cloche: nothing
