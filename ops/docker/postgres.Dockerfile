# PostgreSQL from Debian, on a Unix socket only: who shares the volume with that socket may connect, and nobody else.
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 \
    && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data \
    && install -d -o postgres -g postgres -m 0755 /run/postgresql
ENV PATH="/usr/lib/postgresql/15/bin:${PATH}" PGDATA=/var/lib/postgresql/data
COPY ops/docker/postgres-start /usr/local/bin/postgres-start
USER postgres
VOLUME ["/var/lib/postgresql/data", "/run/postgresql"]
CMD ["postgres-start"]
