# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis's and Valkey's settings from the container's share, each with its reason, and what overrides break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import redis_overrides, redis_terms
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.plan.redis_terms import CLIENT_BYTES, Terms
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB, format_bytes

Row = tuple[str, str, str]

POLICIES = {
    "queue": ("noeviction", "a queue or a session must not vanish: writes fail loudly instead"),
    "cache": ("allkeys-lru", "a cache makes room for what is used"),
}
# Names that a server has otherwise, by server and the major version from which on (Valkey 8.1, "commandlog").
RENAMED = {
    ("valkey", 9): {
        "slowlog-log-slower-than": "commandlog-execution-slower-than",
        "slowlog-max-len": "commandlog-slow-execution-max-len",
    },
}
# Settings of some servers alone: later ones read with the threads always, and Valkey 9 has no fixed rate of upkeep.
ONLY = {
    "io-threads-do-reads": {("redis", 7)},
    "dynamic-hz": {("redis", 7), ("redis", 8), ("valkey", 8)},
}
MOST_CLIENTS = 10_000
LEAST_CLIENTS = 64


@dataclass(frozen=True, kw_only=True)
class Store:
    """What the server runs in and for. limit: bytes; use: queue or cache; server: redis or valkey; cpus: CPUs."""

    limit: int
    use: str
    persist: bool = True
    server: str = "redis"
    version: int = 8
    cpus: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """The settings with their reasons, the findings, and the terms that were counted."""

    settings: list[Setting]
    findings: list[Finding]
    terms: Terms


def _kib(size: int) -> str:
    return f"{size // MIB}mb" if size % MIB == 0 else f"{size // KIB}kb"


def _memory(store: Store, terms: Terms) -> list[Row]:
    share = f"{terms.dataset * 100 // store.limit} % of {format_bytes(store.limit)}"
    fork = "a fork may copy all of it" if terms.persist else "it never forks, so nothing is copied"
    policy, why = POLICIES[store.use]
    most = max(LEAST_CLIENTS, min(MOST_CLIENTS, terms.clients // CLIENT_BYTES))
    # Normal clients get half of what all have; the bound of all of them together is maxmemory-clients.
    normal, pubsub = terms.clients // 2 // KIB, terms.clients // 4 // KIB
    replica = terms.replicas // KIB
    classes = {"normal": normal, "replica": replica, "pubsub": pubsub}
    limits = " ".join(f"{name} {hard}kb {hard // 2}kb 60" for name, hard in classes.items())
    return [
        ("maxmemory", _kib(terms.dataset), f"{share}: {fork}"),
        ("maxmemory-policy", policy, why),
        (
            "maxmemory-clients",
            _kib(terms.clients),
            "all clients together: the largest is closed, not the server killed",
        ),
        ("client-output-buffer-limit", limits, "a slow reader cannot eat the container"),
        ("client-query-buffer-limit", _kib(max(MIB, terms.clients // 2)), "one request cannot either"),
        ("proto-max-bulk-len", _kib(max(MIB, terms.clients // 4)), "the largest value that fits such a request"),
        ("maxclients", str(most), f"{CLIENT_BYTES // KIB} KiB for each of them"),
        ("repl-backlog-size", _kib(terms.backlog), "counted, should a replica ever connect"),
        ("disable-thp", "yes", "a fork would copy 2 MiB for a byte that changes"),
    ]


def _persistence(store: Store, terms: Terms) -> list[Row]:
    if not store.persist:
        return [
            ("appendonly", "no", "declared: the data need not survive"),
            ("save", '""', "a snapshot would fork, and its copy has no room here"),
        ]
    least = max(64 * MIB, min(1024 * MIB, terms.dataset // 2 // MIB * MIB))
    return [
        ("appendonly", "yes", "a crash loses at most a second"),
        ("appendfsync", "everysec", "every write would wait for the disk"),
        ("no-appendfsync-on-rewrite", "no", "a rewrite is no reason to lose more than a second"),
        ("aof-use-rdb-preamble", "yes", "a rewrite is as small as a snapshot"),
        ("auto-aof-rewrite-percentage", "100", "the file is at most twice what it needs to be"),
        ("auto-aof-rewrite-min-size", _kib(least), "a small file is not rewritten all the time"),
        ("save", "3600 1", "an hourly snapshot for backups: more forks would add nothing to the append-only file"),
        ("stop-writes-on-bgsave-error", "yes", "a full disk is told to writers, not found at the restore"),
        ("rdb-save-incremental-fsync", "yes", "written pages leave memory as it goes"),
        ("aof-rewrite-incremental-fsync", "yes", "written pages leave memory as it goes"),
    ]


def io_threads(cpus: float) -> int:
    """Return the threads that read and write sockets: redis.conf advises them from 4 CPUs on, some left free."""
    return 1 if cpus < 4 else min(8, int(cpus * 3 / 4))


def _service(store: Store) -> list[Row]:
    threads = io_threads(store.cpus)
    return [
        ("io-threads", str(threads), f"of {store.cpus:g} CPUs; one is enough below 4"),
        ("io-threads-do-reads", "yes" if threads > 1 else "no", "reading is shared out as well"),
        ("lazyfree-lazy-eviction", "yes", "a large key is freed beside the work"),
        ("lazyfree-lazy-expire", "yes", "a large key is freed beside the work"),
        ("lazyfree-lazy-server-del", "yes", "a large key is freed beside the work"),
        ("lazyfree-lazy-user-del", "yes", "a large key is freed beside the work"),
        ("lazyfree-lazy-user-flush", "yes", "FLUSHALL does not hold up everybody"),
        ("hz", "10", "ten rounds of upkeep a second; more with many clients"),
        ("dynamic-hz", "yes", "idle costs nothing"),
        ("tcp-backlog", "511", "below 4096, a new network namespace's net.core.somaxconn"),
        ("tcp-keepalive", "60", "finds clients that went without a word"),
        ("protected-mode", "yes", "refuses strangers should the password ever be missing"),
        ("latency-monitor-threshold", "100", "LATENCY DOCTOR can tell what took 100 ms"),
        ("slowlog-log-slower-than", "10000", "commands of 10 ms and more"),
        ("slowlog-max-len", "256", "a day of a few, in less than a MiB"),
        ("loglevel", "notice", "what an operator wants to read"),
    ]


def names(server: str, version: int) -> dict[str, str]:
    """Return this server's own name for each setting that it renamed."""
    found: dict[str, str] = {}
    for (which, since), renamed in RENAMED.items():
        if which == server and version >= since:
            found |= renamed
    return found


def _terms(store: Store, given: redis_overrides.Given) -> Terms:
    terms = Terms(
        limit=store.limit,
        persist=store.persist if given.persist is None else given.persist,
        dataset=0,
        clients=redis_terms.clients(store.limit) if given.clients is None else given.clients,
        replicas=redis_terms.replicas(store.limit) if given.replicas is None else given.replicas,
        backlog=redis_terms.backlog(store.limit) if given.backlog is None else given.backlog,
    )
    dataset = redis_terms.dataset(terms) if given.dataset is None else given.dataset
    return Terms(**{**vars(terms), "dataset": dataset})


def tune(store: Store, overrides: Mapping[str, str], path: str) -> Tuned:
    """Return every setting that the server knows, overrides last, and what is wrong with them.

    path: the store's, for findings. What is overridden is counted, and maxmemory is derived again around it.
    """
    given, found = redis_overrides.given(overrides, store.limit, store.persist, path)
    terms = _terms(store, given)
    own = names(store.server, store.version)
    rows = [*_memory(store, terms), *_persistence(store, terms), *_service(store)]
    planned = [
        Setting(name=own.get(name, name), value=value, reason=why)
        for name, value, why in rows
        if (store.server, store.version) in ONLY.get(name, {(store.server, store.version)})
    ]
    taken = {own.get(name, name) for name in overrides}
    kept = [setting for setting in planned if setting.name not in taken]
    # An empty value is written as the empty string: a directive without one is refused.
    declared = [Setting(name=name, value=value or '""', reason="declared") for name, value in overrides.items()]
    broken = [] if found else redis_overrides.broken(terms, overrides, path)
    return Tuned(settings=kept + declared, findings=found + broken, terms=terms)
