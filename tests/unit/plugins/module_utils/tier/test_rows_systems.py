# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rows of the other sheets, against the sheets' own numbers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Tier, total
from ansible_collections.holdfast.host.plugins.module_utils.tier.rows_systems import ROWS
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

BY_NAME: dict[str, Tier] = {tier.name: tier for tier in ROWS}


# CPUs, memory and disk in GB. The sheets of the first two and the last two say them; the others are derived.
@pytest.mark.parametrize(
    ("name", "cpus", "memory", "disk"),
    [
        ("schedule-minimum", 4, 16, 100),
        ("schedule-recommended", 8, 32, 500),
        ("pydotorg-development", 1, 2, 20),
        ("pydotorg-production-minimum", 2, 4, 20),
        ("pydotorg-production-recommended", 4, 11, 20),
        ("placement-requests", 1, 2, 20),
        ("placement-limits", 3, 3, 20),
        ("playnew-phase-0", 35, 45, 221),
        ("playnew-phase-1", 108, 116, 0),
    ],
)
def test_the_sizes(name: str, cpus: int, memory: int, disk: int) -> None:
    row = BY_NAME[name]
    assert (row.cpus, row.memory_bytes, row.disk_bytes) == (cpus, memory * GIB, disk * GIB)


def test_there_is_no_other_row() -> None:
    assert len(ROWS) == len(BY_NAME) == 9


# MiB, CPUs, containers, GB of disk.
@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("schedule-minimum", {}),
        ("schedule-recommended", {"frontend": (2048, 1), "backend": (4096, 2), "postgres": (8192, 2)}),
        (
            "pydotorg-development",
            {
                "app": (512, 0.5),
                "worker": (256, 0.25),
                "postgres": (256, None),
                "redis": (64, None),
                "search": (256, None),
            },
        ),
        (
            "pydotorg-production-minimum",
            {
                "app": (1024, 1),
                "worker": (512, 0.5),
                "postgres": (1024, None),
                "redis": (256, None),
                "search": (512, None),
            },
        ),
        (
            "pydotorg-production-recommended",
            {
                "app": (2048, 2),
                "worker": (1024, 1),
                "postgres": (4096, None),
                "redis": (1024, None),
                "search": (1024, None),
            },
        ),
        (
            "placement-limits",
            {
                "api-gateway": (512, 0.5),
                "core-api": (512, 0.5),
                "tenant-web": (512, 0.5),
                "notification-service": (256, 0.2),
                "ai-worker": (512, 0.5),
            },
        ),
        (
            "playnew-phase-0",
            {
                "host": (4096, 2, 2),
                "pool": (512, 0.5, 50),
                "postgres": (4096, 2, 1, 100),
                "redis": (2048, 1, 1, 1),
                "vectors": (4096, 2, 1, 50),
                "objects": (0, None, 1, 50),
                "monitoring": (2048, 1, 1, 20),
            },
        ),
        (
            "playnew-phase-1",
            {"host": (4096, 2, 4), "pool": (512, 0.5, 200), "redis": (0, None, 3), "vectors": (0, None, 3)},
        ),
    ],
)
def test_the_parts(name: str, parts: dict[str, tuple[Any, ...]]) -> None:
    shown = {
        part: (each.memory_bytes / MIB, each.cpus, each.count, each.disk_bytes / GIB)
        for part, each in BY_NAME[name].components.items()
    }
    assert shown == {part: (*given, *(1, 0)[len(given) - 2 :]) for part, given in parts.items()}


# MiB, CPUs.
@pytest.mark.parametrize(
    ("part", "request_mib", "request_cpus"),
    [
        ("api-gateway", 256, 0.1),
        ("core-api", 256, 0.1),
        ("tenant-web", 256, 0.1),
        ("notification-service", 128, 0.05),
        ("ai-worker", 256, 0.1),
    ],
)
def test_what_a_process_is_promised(part: str, request_mib: int, request_cpus: float) -> None:
    each = BY_NAME["placement-requests"].components[part]
    assert (each.request_bytes, each.request_cpus) == (request_mib * MIB, request_cpus)


def test_the_sheets_total_is_the_sum_of_its_parts() -> None:
    parts = total(BY_NAME["playnew-phase-0"].components)
    assert (parts.cpus, parts.memory_bytes, parts.disk_bytes) == (35, 45 * GIB, 221 * GIB)


@pytest.mark.parametrize(
    ("name", "clock", "raid"), [("schedule-minimum", 2500, None), ("schedule-recommended", 3000, "raid1")]
)
def test_what_else_is_measured(name: str, clock: int, raid: str | None) -> None:
    row = BY_NAME[name]
    assert (row.clock_mhz, row.ssd, row.raid_level, row.network_mbps) == (clock, True, raid, 1000)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("schedule-minimum", {"store", "dns", "tls", "software"}),
        ("schedule-recommended", {"store", "dns", "tls", "software", "monitoring", "told"}),
        ("pydotorg-development", {"software"}),
        ("pydotorg-production-minimum", {"secrets", "dns", "tls", "software"}),
        ("pydotorg-production-recommended", {"secrets", "dns", "tls", "software"}),
        ("placement-requests", {"software"}),
        ("placement-limits", {"software"}),
        ("playnew-phase-0", {"location", "dns", "tls", "monitoring", "store", "replicas", "told", "software"}),
        ("playnew-phase-1", {"location", "dns", "tls"}),
    ],
)
def test_what_is_asked_for_besides(name: str, kinds: set[str]) -> None:
    assert {ask.kind for ask in BY_NAME[name].needs} == kinds


def test_what_one_host_cannot_be() -> None:
    assert [name for name, row in BY_NAME.items() if row.beyond] == ["playnew-phase-1"]
    why = BY_NAME["playnew-phase-1"].beyond
    assert why is not None
    assert why.nearest == "playnew-phase-0"
    for word in ("4 host replicas", "200 containers", "Kubernetes", "managed PostgreSQL cluster", "Redis cluster"):
        assert word in why.reason
