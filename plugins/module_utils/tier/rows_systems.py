# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The other sheets: a scheduling system, a web site, a placement platform, and agents for 150 and for 2,000 users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.tier import asks
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Ask, Beyond, Component, Tier, machine
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

_SCHEDULE = "Enterprise Schedule Management System, Hardware Requirements"
_SCHEDULE_NEEDS = (asks.POSTGRES, asks.DNS, asks.TLS, *asks.software("Node.js 18", "npm 9"))
_PYDOTORG = "Python.org, Deployment Guide, Resource Requirements"
_PYDOTORG_SOFTWARE = asks.software("Python 3.13", "uv", "Bun or Node.js 20")
_PLACEMENT = "Placement, Infra, Resource requests/limits per pod"
_PLAYNEW = "Play New, Deployment Architecture, Scaling Model"


def _part(memory: float, cpus: float | None = None, **more: Any) -> Component:
    """Return a component. memory: MiB. cpus: the limit."""
    return Component(memory_bytes=round(memory * MIB), cpus=cpus, **more)


def _derived(name: str, components: Mapping[str, Component], *, requests: bool = False, **row: Any) -> Tier:
    sizes = machine(components, requests=requests)
    return Tier(
        name=name,
        cpus=sizes.cpus,
        memory_bytes=sizes.memory_bytes,
        disk_bytes=sizes.disk_bytes,
        software=asks.ENGINE,
        components=components,
        **row,
    )


_SCHEDULES = (
    Tier(
        name="schedule-minimum",
        title="300 concurrent users, minimum",
        source=_SCHEDULE,
        cpus=4,
        memory_bytes=16 * GIB,
        disk_bytes=100 * GIB,
        clock_mhz=2500,
        ssd=True,
        network_mbps=1000,
        software=asks.ENGINE,
        needs=_SCHEDULE_NEEDS,
    ),
    Tier(
        name="schedule-recommended",
        title="300 concurrent users, production",
        source=_SCHEDULE,
        cpus=8,
        memory_bytes=32 * GIB,
        disk_bytes=500 * GIB,
        clock_mhz=3000,
        ssd=True,
        raid_level="raid1",
        network_mbps=1000,
        software=asks.ENGINE,
        needs=(*_SCHEDULE_NEEDS, asks.MONITORING, Ask(kind="told", what="a second network path")),
        # Of the sheet's allocation; its system (4 GB, 1 CPU) and its buffer (14 GB, 2 CPUs) are no parts of a stack.
        components={"frontend": _part(2048, 1), "backend": _part(4096, 2), "postgres": _part(8192, 2)},
    ),
)

_SITES = (
    _derived(
        "pydotorg-development",
        {
            "app": _part(512, 0.5),
            "worker": _part(256, 0.25),
            "postgres": _part(256),
            "redis": _part(64),
            "search": _part(256),
        },
        title="A web site with a worker, development",
        source=_PYDOTORG,
        needs=_PYDOTORG_SOFTWARE,
    ),
    _derived(
        "pydotorg-production-minimum",
        {
            "app": _part(1024, 1),
            "worker": _part(512, 0.5),
            "postgres": _part(1024),
            "redis": _part(256),
            "search": _part(512),
        },
        title="A web site with a worker, production minimum",
        source=_PYDOTORG,
        needs=(asks.SECRETS, asks.DNS, asks.TLS, *_PYDOTORG_SOFTWARE),
    ),
    _derived(
        "pydotorg-production-recommended",
        {
            "app": _part(2048, 2),
            "worker": _part(1024, 1),
            "postgres": _part(4096),
            "redis": _part(1024),
            "search": _part(1024),
        },
        title="A web site with a worker, production recommended",
        source=_PYDOTORG,
        needs=(asks.SECRETS, asks.DNS, asks.TLS, *_PYDOTORG_SOFTWARE),
    ),
)

_POD = _part(512, 0.5, request_bytes=256 * MIB, request_cpus=0.1)
# The sheet's production has its stores elsewhere, and sizes none.
_PROCESSES = {
    "api-gateway": _POD,
    "core-api": _POD,
    "tenant-web": _POD,
    "notification-service": _part(256, 0.2, request_bytes=128 * MIB, request_cpus=0.05),
    "ai-worker": _POD,
}

_PLACEMENTS = (
    _derived(
        "placement-requests",
        _PROCESSES,
        requests=True,
        title="Five processes at their requests, stores not counted",
        source=_PLACEMENT,
        needs=asks.software("Node.js 20"),
    ),
    _derived(
        "placement-limits",
        _PROCESSES,
        title="Five processes at their limits, stores not counted",
        source=_PLACEMENT,
        needs=asks.software("Node.js 20"),
    ),
)

_PLAYNEWS = (
    Tier(
        name="playnew-phase-0",
        title="Agents for 150 users, 50 at a time",
        source=_PLAYNEW,
        # The sheet's own total, which is exactly its parts: what the system keeps comes on top.
        cpus=35,
        memory_bytes=45 * GIB,
        disk_bytes=221 * GIB,
        ssd=True,
        software=asks.ENGINE,
        needs=(
            asks.EU,
            asks.DNS,
            asks.TLS,
            asks.MONITORING,
            asks.POSTGRES,
            Ask(kind="replicas", what="two replicas of the host process", names=("host",), count=2),
            Ask(kind="told", what="disks encrypted with AES-256"),
            *asks.software("Node.js 20"),
        ),
        components={
            "host": _part(4096, 2, count=2),
            "pool": _part(512, 0.5, count=50),
            "postgres": _part(4096, 2, disk_bytes=100 * GIB),
            "redis": _part(2048, 1, disk_bytes=GIB),
            "vectors": _part(4096, 2, disk_bytes=50 * GIB),
            "objects": _part(0, disk_bytes=50 * GIB),
            "monitoring": _part(2048, 1, disk_bytes=20 * GIB),
        },
    ),
    Tier(
        name="playnew-phase-1",
        title="Agents for 2,000 users, 660 at a time",
        source=_PLAYNEW,
        # What the sheet sizes of it: 4 x 2 + 200 x 0.5 CPUs, 4 x 4 GB + 200 x 512 MB. Its clusters carry no sizes.
        cpus=108,
        memory_bytes=116 * GIB,
        disk_bytes=0,
        needs=(asks.EU, asks.DNS, asks.TLS),
        components={
            "host": _part(4096, 2, count=4),
            "pool": _part(512, 0.5, count=200),
            "redis": _part(0, count=3),
            "vectors": _part(0, count=3),
        },
        beyond=Beyond(
            reason=(
                "4 host replicas and 200 containers under Kubernetes, a managed PostgreSQL cluster with read replicas, "
                "a Redis cluster of 3 nodes and a vector cluster of 3"
            ),
            nearest="playnew-phase-0",
        ),
    ),
)

ROWS = (*_SCHEDULES, *_SITES, *_PLACEMENTS, *_PLAYNEWS)
