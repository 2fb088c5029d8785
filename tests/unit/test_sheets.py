# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The systems' own sheets, number by number: what they give each part is what the plan gives it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.golden import systems


def _parts(system: str) -> dict[str, tuple[int, float]]:
    """Return the bytes and CPUs of all containers of each part; what has no limit of CPUs has its share of them."""
    rows: list[dict[str, Any]] = systems.plan_of(system)["budget"]["rows"]
    return {row["who"]: (row["bytes"], row["count"] * row["cpus"] if row["cpus"] else row["cpu_share"]) for row in rows}


def test_the_schedule_sheets_allocation_comes_out() -> None:
    """Enterprise Schedule Management System, Resource Allocation: 18 of 32 GB and 6 of 8 CPUs; the rest is a buffer."""
    parts = _parts("schedule")
    assert {name: parts.pop(name) for name in ("frontend", "backend", "database", "system")} == {
        "frontend": (2 * GIB, 1),
        "backend": (4 * GIB, 2),
        "database": (8 * GIB, 2),
        "system": (4 * GIB, 1),
    }
    assert set(parts) == {"edge", "pooler", "backup", "release", "free"}
    assert sum(memory for memory, _ in parts.values()) == 14 * GIB
    assert sum(cpus for _, cpus in parts.values()) == pytest.approx(2, abs=0.01)


def test_the_schedule_sheets_own_settings_are_kept() -> None:
    """Enterprise Schedule Management System, PostgreSQL Optimization; its 200 connections are the pooler's clients."""
    plan = systems.plan_of("schedule")
    settings = {each["name"]: each["value"] for each in plan["stores"]["postgres"]["settings"]}
    assert {name: settings[name] for name in ("shared_buffers", "maintenance_work_mem", "work_mem")} == {
        "shared_buffers": "4GB",
        "maintenance_work_mem": "1GB",
        "work_mem": "20MB",
    }
    assert int(settings["max_connections"]) < 200
    assert "PgBouncer: 200 clients" in plan["text"]


def test_the_playnew_sheets_sizing_comes_out() -> None:
    """Play New, Deployment Architecture, the sizing table: 45 GB and 35 cores, all stores and the pool at its peak."""
    parts = _parts("playnew")
    sized = {name: parts.pop(name) for name in ("host", "agent", "postgres", "redis", "qdrant", "monitoring")}
    shares = {"postgres": 2, "redis": 1, "qdrant": 2}
    assert {name: memory for name, (memory, _) in sized.items()} == {
        "host": 8 * GIB,
        "agent": 25 * GIB,
        "postgres": 4 * GIB,
        "redis": 2 * GIB,
        "qdrant": 4 * GIB,
        "monitoring": 2 * GIB,
    }
    assert {name: cpus for name, (_, cpus) in sized.items()} == {**shares, "host": 4, "agent": 25, "monitoring": 1}
    assert sum(memory for memory, _ in sized.values()) == 45 * GIB
    assert sum(cpus for _, cpus in sized.values()) == 35
    # What the sheet does not size.
    assert parts["dashboard"] == (512 * MIB, 0.5)
    assert parts["minio"][0] == 512 * MIB
    assert set(parts) == {"dashboard", "minio", "system", "backup", "edge", "pooler", "release", "free"}
    assert sum(memory for memory, _ in parts.values()) == (64 - 45) * GIB


def test_the_playnew_sheets_next_phase_is_beyond_one_host() -> None:
    """Play New, Phase 1 Scaling Path: a cluster of each store, which no machine of whatever size is."""
    plan, findings = systems.attempt("playnew", systems.machine(256, 1024, 4000), tier="playnew-phase-1")
    assert plan is None
    (finding,) = errors(findings)
    assert (finding.path, finding.value, finding.level) == ("holdfast_stack.tier", "playnew-phase-1", "error")
    assert "4 host replicas and 200 containers" in finding.rule
    assert "playnew-phase-0" in finding.hint


@pytest.mark.parametrize(
    ("system", "tier", "cpus", "memory"),
    [("skillmeat", "enterprise", 4, 8 * GIB), ("skillmeat-monitoring", "enterprise-monitoring", 4, 16 * GIB)],
)
def test_skillmeat_fits_its_tiers(system: str, tier: str, cpus: int, memory: int) -> None:
    """SkillMeat, Summary Matrix: Enterprise Compose, and the same with monitoring."""
    plan = systems.plan_of(system)
    assert (plan["tier"]["name"], plan["tier"]["verdict"]) == (tier, "ok")
    assert (plan["budget"]["cpus"], plan["budget"]["total_bytes"]) == (cpus, memory)
    assert ("monitoring" in _parts(system)) == (system == "skillmeat-monitoring")
