# The engine: Debian's Python, the locked packages, this repository.
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/acd
COPY requirements.txt ./
RUN python3 -m venv .venv && .venv/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements.txt
COPY schema.sql ./
COPY migrations/ migrations/
COPY acd/ acd/
COPY ari_bridge/ ari_bridge/
COPY feature_codes/ feature_codes/
COPY portal/ portal/
COPY ops/docker/acd-ready.py /usr/local/lib/acd-ready.py
COPY ops/docker/acd-start /usr/local/bin/acd-start
RUN .venv/bin/python -m compileall -q acd ari_bridge feature_codes portal \
    && useradd --uid 10001 --no-create-home acd \
    && install -d -o acd -g acd -m 0700 /run/acd-secrets /var/lib/asterisk-acd/spool /var/lib/asterisk-acd/mail
USER acd
ENV PATH="/opt/acd/.venv/bin:${PATH}" PYTHONUNBUFFERED=1
CMD ["acd-start"]
