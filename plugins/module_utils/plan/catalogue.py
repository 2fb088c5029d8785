# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is known of each kind of store and of the edge: data, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


@dataclass(frozen=True, kw_only=True)
class StoreRow:
    """One kind of store.

    managed: run from our own definition (else the Compose service's own image and command are kept). port: TCP port
    inside, of a managed one. RAM: below least_bytes the server is not worth starting, above comfort_bytes it waits
    until releases have room, more than most_bytes is not given unasked. least_disk: of its volume, bytes. uid: the
    user that the server runs as in its image. schemes: URL schemes that name it.
    """

    managed: bool
    least_bytes: int
    comfort_bytes: int
    most_bytes: int
    least_disk: int = 1 * GIB
    images: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    uid: int = 0
    schemes: tuple[str, ...] = ()


STORES: Mapping[str, StoreRow] = {
    "postgres": StoreRow(
        managed=True,
        port=5432,
        least_bytes=256 * MIB,
        comfort_bytes=1 * GIB,
        most_bytes=512 * GIB,
        least_disk=2 * GIB,
        images={"": "postgres:{version}", "vector": "pgvector/pgvector:pg{version}"},
        uid=999,
        schemes=("postgres", "postgresql", "postgis", "jdbc:postgresql"),
    ),
    "redis": StoreRow(
        managed=True,
        port=6379,
        least_bytes=64 * MIB,
        comfort_bytes=256 * MIB,
        most_bytes=4 * GIB,
        images={"": "redis:{version}", "valkey": "valkey/valkey:{version}"},
        uid=999,
        schemes=("redis", "valkey"),
    ),
    "objects": StoreRow(managed=False, least_bytes=256 * MIB, comfort_bytes=512 * MIB, most_bytes=2 * GIB),
    "search": StoreRow(managed=False, least_bytes=256 * MIB, comfort_bytes=512 * MIB, most_bytes=2 * GIB),
    "vectors": StoreRow(managed=False, least_bytes=512 * MIB, comfort_bytes=512 * MIB, most_bytes=8 * GIB),
}

# Where a carried store's server says that it is well, by the image's name: port and path.
HEALTH: Mapping[str, tuple[int, str]] = {
    "minio/minio": (9000, "/minio/health/live"),
    "getmeili/meilisearch": (7700, "/health"),
    "qdrant/qdrant": (6333, "/readyz"),
}

EDGE_IMAGE = "nginx:1.30"
# The user that its workers run as in that image.
EDGE_UID = 101

# It needs pgbouncer and the client programs of PostgreSQL on its PATH; its own entrypoint is not used. The user is the
# one that the image has for it.
POOLER_IMAGE = "edoburu/pgbouncer:v1.24.1-p1"
POOLER_UID = 70

# The role that the managed cluster is initialised with. Another name than any application uses, so that a Compose
# file that says POSTGRES_USER: postgres gets an ordinary role of that name and not the superuser.
POSTGRES_SUPERUSER = "holdfast"
# What pgBackRest calls the cluster.
STANZA = "main"
# What PostgreSQL runs for each finished segment of its log, in its container.
ARCHIVE_SCRIPT = "/etc/pgbackrest/archive.sh"

SUPPORTED_OS: Mapping[str, tuple[str, ...]] = {
    "debian": ("12", "13"),
    "ubuntu": ("22.04", "24.04", "26.04"),
}

# Systems whose own packages have no Compose v2: docker_source: distro cannot serve there.
WITHOUT_COMPOSE = (("debian", "12"),)

# Images whose PostgreSQL has nothing that the managed one lacks, as repositories; the second ones have pgvector.
PLAIN_POSTGRES = ("postgres",)
VECTOR_POSTGRES = ("pgvector/pgvector", "ankane/pgvector")

# What the managed images can create: PostgreSQL's own (manual, appendix "Additional Supplied Modules and Extensions";
# plpgsql is always there), and pgvector.
EXTENSIONS: tuple[str, ...] = (
    *("amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int", "dict_xsyn"),
    *("earthdistance", "file_fdw", "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray", "isn", "lo"),
    *("ltree", "moddatetime", "pageinspect", "pg_buffercache", "pg_freespacemap", "pg_prewarm", "pg_stat_statements"),
    *("pg_surgery", "pg_trgm", "pg_visibility", "pg_walinspect", "pgcrypto", "pgrowlocks", "pgstattuple", "plpgsql"),
    *("postgres_fdw", "refint", "seg", "sslinfo", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time"),
    *("unaccent", "uuid-ossp", "vector", "xml2"),
)

# Servers that hold data, by the last word of their images' names.
STATEFUL: tuple[str, ...] = (
    *("mysql", "mysql-server", "mariadb", "percona", "percona-server", "mongo", "mongodb", "rabbitmq"),
    *("elasticsearch", "opensearch", "cassandra", "clickhouse", "clickhouse-server", "couchdb", "influxdb", "neo4j"),
    *("postgres", "postgresql", "pgvector", "postgis", "timescaledb", "redis", "redis-stack-server", "valkey"),
)
