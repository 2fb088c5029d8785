# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The configurations that are compared, as the text of a redis.conf for a container of a given size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.plan import tune_redis
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB

# The major versions of the lab's images.
VERSIONS = {"redis": 8, "valkey": 9}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a configuration is made for. limit: bytes; use: queue or cache; server: redis or valkey."""

    limit: int
    use: str
    persist: bool
    server: str = "redis"


def planned(case: Case) -> list[tuple[str, str]]:
    """Return our plan's settings."""
    store = tune_redis.Store(
        limit=case.limit, use=case.use, persist=case.persist, server=case.server, version=VERSIONS[case.server]
    )
    return [(each.name, each.value) for each in tune_redis.tune(store, {}, case.server).settings]


def _policy(case: Case) -> list[tuple[str, str]]:
    return [("maxmemory-policy", {"queue": "noeviction", "cache": "allkeys-lru"}[case.use])]


def _persistence(case: Case) -> list[tuple[str, str]]:
    return [("appendonly", "yes")] if case.persist else [("save", '""')]


def stock(_: Case) -> list[tuple[str, str]]:
    """Return nothing: the server's own defaults, without a bound, with snapshots and without an append-only file."""
    return []


def bounded(percent: int) -> Callable[[Case], list[tuple[str, str]]]:
    """Return the stock configuration with maxmemory at a part of the limit, and the persistence that ours has."""

    def rows(case: Case) -> list[tuple[str, str]]:
        return [("maxmemory", str(case.limit * percent // 100)), *_policy(case), *_persistence(case)]

    return rows


def pigsty(_: Case) -> list[tuple[str, str]]:
    """Return what Pigsty's role sets by default (its roles/redis/defaults: 1 GB on any machine, an LRU, one save)."""
    return [("maxmemory", "1gb"), ("maxmemory-policy", "allkeys-lru"), ("appendonly", "no"), ("save", "1200 1")]


CONTENDERS: dict[str, Callable[[Case], list[tuple[str, str]]]] = {
    "ours": planned,
    "stock": stock,
    "limit": bounded(100),
    "75 %": bounded(75),
    "pigsty": pigsty,
}


def text(rows: list[tuple[str, str]], password: str) -> str:
    """Return the file. What every configuration needs to be measured at all is added."""
    common = [("dir", "/data"), ("requirepass", password)]
    return "".join(f"{name} {value}\n" for name, value in [*common, *rows])


def at_share(case: Case, percent: float) -> list[tuple[str, str]]:
    """Return our settings with another maxmemory: a part of the limit in percent."""
    size = f"{int(case.limit * percent / 100) // MIB}mb"
    return [(name, size if name == "maxmemory" else value) for name, value in planned(case)]
