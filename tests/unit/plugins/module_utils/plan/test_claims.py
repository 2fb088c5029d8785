# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Claims: whose limit counts, what a tier's sheet gives, and where a limit is written."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Row, Sheet, claims, sheet_of
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE, Component
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import COMPOSE, wish

LIMITED = COMPOSE.replace("    command: [run, worker]", "    deploy: {resources: {limits: {memory: 1g, cpus: '3'}}}")
SHEET = Sheet(
    tier="large",
    components={
        "worker": Component(memory_bytes=768 * MIB, cpus=0.75),
        "postgres": Component(memory_bytes=4 * GIB, cpus=None),
    },
)


def _row(who: str, sheet: Sheet | None = None, compose: str = COMPOSE, **changes: Any) -> Row:
    return next(row for row in claims(wish(compose, **changes), sheet or Sheet()) if row.who == who)


def test_limits_come_from_the_declaration_then_from_compose_then_from_the_tier_then_by_weight() -> None:
    declared = _row("worker", SHEET, LIMITED, services={"worker": {"memory": "2GiB", "cpus": 1}})
    assert (declared.each_bytes, declared.cpus, declared.reason) == (2 * GIB, 1, "declared")
    assert declared.memory_path == "holdfast_stack.services.worker.memory"
    composed = _row("worker", SHEET, LIMITED)
    assert (composed.each_bytes, composed.cpus, composed.reason) == (GIB, 3, "the Compose file's limit")
    assert composed.cpus_path == "compose.services.worker.deploy.resources.limits.cpus"
    given = _row("worker", SHEET)
    assert (given.each_bytes, given.cpus, given.reason) == (768 * MIB, 0.75, "tier large")
    weighed = _row("worker")
    assert (weighed.each_bytes, weighed.cpus, weighed.reason) == (None, None, "by weight 1")


def test_a_store_is_found_in_the_sheet_by_its_kind() -> None:
    assert (_row("db", SHEET).each_bytes, _row("db", SHEET).reason) == (4 * GIB, "tier large")
    assert _row("cache", SHEET).each_bytes is None


@pytest.mark.parametrize(
    ("changes", "weight", "count"),
    [({}, 1, 1), ({"weight": 3}, 3, 1), ({"replicas": 4}, 1, 4)],
)
def test_weights_and_replicas_are_declared(changes: dict[str, Any], weight: int, count: int) -> None:
    row = _row("web", services={"web": changes})
    assert (row.weight, row.count) == (weight, count)


def test_stores_never_run_twice_and_services_may() -> None:
    assert {row.who: row.twice for row in claims(wish(), Sheet())} == {
        "db": False, "cache": False, "web": True, "worker": True,
    }  # fmt: skip


def test_a_pooler_has_a_row_of_its_own() -> None:
    row = _row("pooler", stores={"postgres": {"pool": {"clients": 200}}})
    assert (row.group, row.count, row.reason) == ("pooler", 1, "PgBouncer: 200 clients")
    assert (row.each_bytes or 0) > 32 * MIB


def test_the_sheet_of_a_tier() -> None:
    tier = CATALOGUE["pydotorg-production-minimum"]
    assert sheet_of(tier).of("nobody", "postgres") == tier.components["postgres"]
    assert sheet_of(None) == Sheet()


def test_a_row_as_the_plan_shows_it() -> None:
    row = Row(who="web", group="service", reason="made up", each_bytes=512 * MIB, count=2, cpus=0.5, cpu_share=0.25)
    assert row.as_dict() == {
        "who": "web",
        "group": "service",
        "each_bytes": 512 * MIB,
        "count": 2,
        "bytes": GIB,
        "cpus": 0.5,
        "cpu_weight": 0,
        "cpu_share": 0.25,
        "reason": "made up",
    }
