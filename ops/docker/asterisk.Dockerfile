# Asterisk from Debian's testing, the only one that has 22.10.1 or newer, with the configuration of this repository.
FROM debian:forky-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends asterisk asterisk-core-sounds-en-wav asterisk-moh-opsound-wav \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home acd \
    && install -d -o acd -g acd -m 0700 /var/lib/acd-asterisk /run/acd-secrets
COPY asterisk-conf/ /usr/share/acd/asterisk-conf/
COPY prompts/en/ /usr/share/acd/prompts/
COPY ops/docker/asterisk-start /usr/local/bin/asterisk-start
USER acd
VOLUME ["/var/lib/acd-asterisk", "/run/acd-secrets"]
CMD ["asterisk-start"]
