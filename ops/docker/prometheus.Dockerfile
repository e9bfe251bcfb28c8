# Prometheus from Debian.
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends prometheus \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o prometheus -g prometheus -m 0700 /var/lib/prometheus
USER prometheus
VOLUME ["/var/lib/prometheus"]
CMD ["prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/var/lib/prometheus", \
     "--web.listen-address=127.0.0.1:19090"]
