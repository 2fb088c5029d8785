# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stores of a declaration: which Compose services are taken over, and how."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    CPUS,
    SIZE,
    Choice,
    Flag,
    Integer,
    ListOf,
    MapOf,
    Scalar,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import (
    IDENTIFIER,
    IMAGE,
    RISKS,
    RISKS_ARE,
    SERVICE,
    WORDS,
)

WORKLOADS = ("web", "oltp", "mixed", "analytics")
STORAGE = ("ssd", "hdd", "network")


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database and the role that owns it."""

    name: str = key(IDENTIFIER, "the database", example="app")
    owner: str = key(IDENTIFIER, "the role that owns it and that the application uses", example="app")
    extensions: tuple[str, ...] = key(ListOf(entry=WORDS), "extensions created in it", default=(), example="[vector]")


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pooler (PgBouncer) in front of PostgreSQL: many clients share few server connections."""

    mode: str = key(
        Choice(choices=("transaction", "session")),
        "what a server connection is lent for; transaction breaks LISTEN, session SET and advisory locks",
        default="transaction",
        example="session",
    )
    clients: int = key(Integer(low=10, high=10_000), "connections that applications may open", example="200")
    size: int | None = key(
        Integer(low=1, high=1000), "server connections instead of the planned number", default=None, example="20"
    )


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """The managed PostgreSQL."""

    service: str = key(SERVICE, "the Compose service it takes the place of", example="postgres")
    version: int = key(Integer(low=16, high=18), "major version", default=18, example="18")
    databases: tuple[Database, ...] = key(
        ListOf(entry=Section(shape=Database)),
        "databases; without it the one that the Compose service's environment names",
        default=(),
        example="[{name: app, owner: app}]",
    )
    workload: str = key(
        Choice(choices=WORKLOADS),
        "web: many short reads; oltp: many short writes; mixed: both and reports; analytics: few large queries",
        default="web",
        example="oltp",
    )
    pool: Pool | None = key(
        Section(shape=Pool), "a pooler, which answers under the service's name", default=None, example="{clients: 200}"
    )
    memory: int | None = key(SIZE, "its share of RAM instead of the planned one", default=None, example="4GiB")
    cpus: float | None = key(CPUS, "its CPU limit", default=None, example="2")
    disk: int | None = key(SIZE, "its share of the disk instead of the planned one", default=None, example="100GiB")
    storage: str | None = key(
        Choice(choices=STORAGE), "what the volume is instead of what was measured", default=None, example="network"
    )
    weight: int = key(Integer(low=1, high=100), "its weight when RAM is shared out", default=4, example="4")
    settings: dict[str, str] = key(
        MapOf(entry=Scalar()), "settings that override the planned ones", default={}, example="{work_mem: 20MB}"
    )


@dataclass(frozen=True, kw_only=True)
class Redis:
    """The managed Redis, or Valkey."""

    service: str = key(SERVICE, "the Compose service it takes the place of", example="redis")
    server: str = key(Choice(choices=("redis", "valkey")), "which server", default="redis", example="valkey")
    version: int = key(Integer(low=7, high=9), "major version: redis 7, 8; valkey 8, 9", default=8, example="8")
    use: str = key(
        Choice(choices=("queue", "cache")), "queue never evicts, cache evicts the least used", example="queue"
    )
    auth: bool = key(Flag(), "ask for a password", default=True, example="true")
    persist: bool = key(
        Flag(), "keep the data on disk; without it a cache may use more of its memory", default=True, example="false"
    )
    memory: int | None = key(SIZE, "its share of RAM instead of the planned one", default=None, example="1GiB")
    cpus: float | None = key(CPUS, "its CPU limit", default=None, example="1")
    disk: int | None = key(SIZE, "its share of the disk instead of the planned one", default=None, example="2GiB")
    weight: int = key(Integer(low=1, high=100), "its weight when RAM is shared out", default=1, example="1")
    settings: dict[str, str] = key(
        MapOf(entry=Scalar()), "settings that override the planned ones", default={}, example="{timeout: 300}"
    )


@dataclass(frozen=True, kw_only=True)
class CarriedStore:
    """A store that runs from the Compose file's own image: kept with the stores, closed, given generated secrets."""

    service: str = key(SERVICE, "the Compose service that it is", example="minio")
    image: str | None = key(IMAGE, "its image instead of the Compose file's", default=None, example="minio/minio:1")
    memory: int | None = key(SIZE, "its share of RAM instead of the planned one", default=None, example="1GiB")
    cpus: float | None = key(CPUS, "its CPU limit", default=None, example="1")
    disk: int | None = key(SIZE, "its share of the disk instead of the planned one", default=None, example="50GiB")
    weight: int = key(Integer(low=1, high=100), "its weight when RAM is shared out", default=1, example="1")
    risks: dict[str, str] = key(RISKS, RISKS_ARE, default={}, example="{devices: it reads the disk itself}")


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The stores that are taken over from the Compose file."""

    postgres: Postgres | None = key(
        Section(shape=Postgres), "PostgreSQL, managed and tuned", default=None, example="{service: postgres}"
    )
    redis: Redis | None = key(
        Section(shape=Redis), "Redis, managed and tuned", default=None, example="{service: redis, use: queue}"
    )
    objects: CarriedStore | None = key(
        Section(shape=CarriedStore), "an object store that speaks S3", default=None, example="{service: minio}"
    )
    search: CarriedStore | None = key(
        Section(shape=CarriedStore), "a search engine", default=None, example="{service: meilisearch}"
    )
    vectors: CarriedStore | None = key(
        Section(shape=CarriedStore), "a vector database", default=None, example="{service: qdrant}"
    )


def declared(stores: Stores) -> dict[str, Postgres | Redis | CarriedStore]:
    """Return the stores that are declared, by kind."""
    kinds = {each.name: getattr(stores, each.name) for each in fields(stores)}
    return {kind: store for kind, store in kinds.items() if store is not None}
