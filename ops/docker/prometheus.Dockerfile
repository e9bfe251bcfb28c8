# Prometheus from Debian.
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends prometheus \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o prometheus -g prometheus -m 0700 /var/lib/prometheus
COPY ops/docker/prometheus-start /usr/local/bin/prometheus-start
USER prometheus
VOLUME ["/var/lib/prometheus"]
CMD ["prometheus-start"]
