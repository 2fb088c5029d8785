# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Random hosts and declarations that go together: what users have, and what none would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, TIB
from tests.planning import disk, host

# Of ten declarations, so many ask for no more than their host has by a large margin; the others ask for anything.
MODEST = 0.8
CPUS = (0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
MOST_SERVICES = 12


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One host as host_capacity tells it, one declaration, and the Compose file as a dict."""

    host: Mapping[str, Any]
    stack: Mapping[str, Any]
    compose: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Room:
    """The most that one part asks for: bytes of RAM and disk, CPUs."""

    memory: int
    disk: int
    cpus: tuple[float, ...]


def _room(draw: random.Random, host_memory: int, host_disk: int, host_cpus: float, parts: int) -> Room:
    if draw.random() > MODEST:
        return Room(memory=64 * GIB, disk=TIB, cpus=CPUS)
    # A release may run everything twice.
    share = host_memory // (3 * (parts + 3))
    cpus = tuple(each for each in CPUS if each <= host_cpus / 2) or (CPUS[0] / 2,)
    return Room(memory=max(64 * MIB, share), disk=max(GIB, host_disk // (3 * (parts + 3))), cpus=cpus)


def _between(draw: random.Random, low: float, high: float) -> int:
    """Return a number between two, as likely small as large: its logarithm is uniform."""
    return int(low * (high / low) ** draw.random())


def _size(draw: random.Random, low: int, high: int) -> str:
    return f"{_between(draw, low, high) // MIB or 1}MiB"


def _maybe(draw: random.Random, chance: float, **values: Any) -> dict[str, Any]:
    """Return each value with a chance, drawn for each."""
    return {name: value for name, value in values.items() if draw.random() < chance}


def _host(draw: random.Random) -> dict[str, Any]:
    memory, size = _between(draw, 512 * MIB, TIB), _between(draw, 8 * GIB, 16 * TIB)
    mounts = [disk(total_bytes=size, free_bytes=size * 9 // 10, rotational=draw.choice([None, True, False]))]
    controllers = draw.choice([[], ["memory"], ["cpu", "memory", "pids"]])
    return host(
        memory_bytes=memory,
        cpus=draw.choice(CPUS),
        mounts=mounts if draw.random() < 0.97 else [],
        cgroup={"version": 2, "controllers": controllers},
    )


def _postgres(draw: random.Random, room: Room) -> dict[str, Any]:
    pool = {"clients": _between(draw, 10, 5000), "mode": draw.choice(["transaction", "session"])}
    settings = {"work_mem": _size(draw, MIB, GIB), "max_connections": str(_between(draw, 10, 1000))}
    settings |= {"shared_buffers": _size(draw, 16 * MIB, 16 * GIB), "maintenance_work_mem": _size(draw, MIB, 4 * GIB)}
    return {"service": "db", "version": draw.choice([16, 17, 18])} | _maybe(
        draw,
        0.3,
        workload=draw.choice(["web", "oltp", "mixed", "analytics"]),
        storage=draw.choice(["ssd", "hdd", "network"]),
        pool=pool,
        memory=_size(draw, 256 * MIB, max(512 * MIB, room.memory)),
        cpus=draw.choice(room.cpus),
        disk=_size(draw, GIB, room.disk),
        weight=draw.randint(1, 100),
        settings=_maybe(draw, 0.1, **settings),
    )


def _redis(draw: random.Random, room: Room) -> dict[str, Any]:
    server, version = draw.choice([("redis", 7), ("redis", 8), ("valkey", 8), ("valkey", 9)])
    store = {"service": "cache", "use": draw.choice(["queue", "cache"]), "server": server, "version": version}
    return store | _maybe(
        draw,
        0.3,
        persist=draw.random() < 0.5,
        memory=_size(draw, 64 * MIB, max(128 * MIB, room.memory)),
        weight=draw.randint(1, 100),
        settings=_maybe(draw, 0.1, maxmemory=f"{_between(draw, 1, 8000)}mb"),
    )


def _service(draw: random.Random, room: Room, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a Compose service and what is declared of it."""
    limits = _maybe(
        draw, 0.3, memory=f"{_between(draw, 32, max(64, room.memory // MIB))}m", cpus=str(draw.choice(room.cpus))
    )
    compose: dict[str, Any] = {"image": f"registry.example.org/{name}:1", "expose": ["8000"]}
    compose |= {"deploy": {"resources": {"limits": limits}}} if limits else {}
    compose |= _maybe(
        draw, 0.2, volumes=[f"{name}-data:/data"], restart="always", healthcheck={"test": ["CMD", "true"]}
    )
    declared = _maybe(
        draw,
        0.2,
        memory=_size(draw, 64 * MIB, room.memory),
        cpus=draw.choice(room.cpus),
        weight=draw.randint(1, 100),
        replicas=draw.choice([1, 2, 2, 3, 16]),
        disk=_size(draw, 64 * MIB, room.disk),
        routes=[{"host": f"{name}.example.org", "websocket": draw.random() < 0.5}],
        once=draw.random() < 0.2,
    )
    return compose, declared


def _reserve(draw: random.Random, room: Room) -> dict[str, Any]:
    cpus = draw.choice(room.cpus) / 4
    sizes = {"memory": _size(draw, 64 * MIB, room.memory), "cpus": cpus, "disk": _size(draw, GIB, room.disk)}
    return _maybe(draw, 0.4, **sizes)


def draw_pair(seed: int, services: int | None = None) -> Pair:
    """Return the pair of a seed, always the same. services: how many, else drawn."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable case, no secret.
    machine = _host(draw)
    names = [f"app{number}" for number in range(draw.randint(0, MOST_SERVICES) if services is None else services)]
    size = machine["mounts"][0]["total_bytes"] if machine["mounts"] else 20 * GIB
    room = _room(draw, machine["memory_bytes"], size, machine["cpus"], len(names))
    drawn = {name: _service(draw, room, name) for name in names}
    stores = _maybe(draw, 0.7, postgres=_postgres(draw, room), redis=_redis(draw, room))
    stores |= _maybe(draw, 0.2, objects={"service": "minio", "memory": _size(draw, 64 * MIB, room.memory)})
    images = {"postgres": "postgres:17", "redis": "redis:7", "objects": "minio/minio:1"}
    compose: dict[str, Any] = {stores[kind]["service"]: {"image": images[kind]} for kind in stores}
    compose |= {name: service for name, (service, _) in drawn.items()}
    volumes = {f"{name}-data": None for name, (service, _) in drawn.items() if "volumes" in service}
    own = {"cpus": 0.25, "memory": "512MiB", "disk": "1GiB"}
    stack = {
        "name": "drawn",
        "tier": draw.choice(sorted(CATALOGUE)) if draw.random() < 0.2 else own,
        "stores": stores,
        "services": {name: declared for name, (_, declared) in drawn.items() if declared},
    } | _maybe(
        draw,
        0.3,
        system=_reserve(draw, room),
        monitoring=_reserve(draw, room),
        backup=_reserve(draw, room),
        release={"strategy": draw.choice(["auto", "two-colours", "one-by-one", "stop-first"])},
    )
    return Pair(host=machine, stack=stack, compose={"services": compose or {"a": {"image": "a:1"}}, "volumes": volumes})
