# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The memory budget: shares within bounds, and rows that always add up to the host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import (
    Row,
    budget,
    findings,
    share,
    system_reserve,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import COMPOSE, wish

SIZES = st.integers(0, 64 * 1024).map(lambda size: size * MIB)
LIMITED = COMPOSE.replace("    command: [run, worker]", "    deploy: {resources: {limits: {memory: 1g, cpus: '3'}}}")


def _row(number: int, weight: int, count: int, least: int, more: int, each: int | None) -> Row:
    return Row(
        who=f"row{number}", group="service", reason="made up", each_bytes=each, count=count, weight=weight,
        least_bytes=least, most_bytes=least + more,
    )  # fmt: skip


ROWS = st.lists(
    st.tuples(st.integers(1, 100), st.integers(1, 4), SIZES, SIZES, st.none() | SIZES), max_size=6
).map(lambda drawn: [_row(number, *values) for number, values in enumerate(drawn)])  # fmt: skip
LEFT = st.integers(-GIB, 256 * GIB)


@given(ROWS, LEFT)
def test_shares_keep_their_bounds_and_never_exceed_what_is_left(rows: list[Row], left: int) -> None:
    shared = share(rows, left)
    assert [row.who for row in shared] == [row.who for row in rows]
    opened = [after for before, after in zip(rows, shared, strict=True) if before.each_bytes is None]
    assert all(row.each_bytes is not None and row.each_bytes % MIB == 0 for row in opened)
    assert all(row.least_bytes <= (row.each_bytes or 0) <= row.most_bytes for row in opened)
    assert sum(row.bytes for row in opened) <= max(left, sum(row.least_bytes * row.count for row in opened))
    # What has a size already keeps it.
    assert all(after == before for before, after in zip(rows, shared, strict=True) if before.each_bytes is not None)


@given(ROWS, LEFT, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[Row], left: int, order: Any) -> None:
    mixed = list(rows)
    order.shuffle(mixed)
    assert {row.who: row.bytes for row in share(rows, left)} == {row.who: row.bytes for row in share(mixed, left)}


@given(ROWS, LEFT, st.integers(0, 64 * GIB))
def test_more_is_never_less_for_anyone(rows: list[Row], left: int, more: int) -> None:
    poor, rich = share(rows, left), share(rows, left + more)
    assert all((a.each_bytes or 0) <= (b.each_bytes or 0) for a, b in zip(poor, rich, strict=True))


@given(ROWS, LEFT)
def test_nothing_lies_idle_while_somebody_may_have_more(rows: list[Row], left: int) -> None:
    opened = [after for before, after in zip(rows, share(rows, left), strict=True) if before.each_bytes is None]
    hungry = [row for row in opened if (row.each_bytes or 0) < row.most_bytes]
    if hungry:
        assert left - sum(row.bytes for row in opened) < MIB * sum(row.count for row in opened)


def test_weights_part_what_is_left() -> None:
    rows = [_row(0, 3, 1, 0, GIB, None), _row(1, 1, 1, 0, GIB, None)]
    assert [row.each_bytes for row in share(rows, 400 * MIB)] == [300 * MIB, 100 * MIB]


def test_who_is_raised_at_first_has_more_once_another_ones_bound_frees_it() -> None:
    rows = [_row(0, 1, 1, 40 * MIB, GIB, None), _row(1, 9, 1, 0, 10 * MIB, None)]
    assert [row.each_bytes for row in share(rows, 100 * MIB)] == [90 * MIB, 10 * MIB]


@given(st.integers(256 * MIB, 512 * GIB), st.integers(1, 8), st.none() | st.integers(1, 64))
def test_the_rows_add_up_to_the_host(memory: int, replicas: int, store: int | None) -> None:
    postgres = {"memory": None if store is None else f"{store}GiB"}
    rows = budget(wish(services={"web": {"replicas": replicas}}, stores={"postgres": postgres}), memory, 2)
    assert sum(row.bytes for row in rows) == memory
    assert [row.group for row in rows] == ["system", "edge", "store", "store", "service", "service", "free"]
    over = rows[-1].bytes < 0
    assert over == any(finding.path == "budget.memory" for finding in findings(rows, memory, 64))
    assert next(row for row in rows if row.who == "web").count == replicas


@given(st.integers(GIB, 512 * GIB), st.integers(0, GIB))
def test_the_systems_part_grows_with_the_host(memory: int, more: int) -> None:
    assert 384 * MIB < system_reserve(memory) <= system_reserve(memory + more) < memory


def test_limits_come_from_the_declaration_then_from_compose_then_by_weight() -> None:
    rows = {row.who: row for row in budget(wish(LIMITED), 8 * GIB, 2)}
    assert (rows["worker"].each_bytes, rows["worker"].reason) == (GIB, "the Compose file's limit")
    rows = {
        row.who: row for row in budget(wish(LIMITED, services={"worker": {"memory": "2GiB", "cpus": 1}}), 8 * GIB, 2)
    }
    assert (rows["worker"].each_bytes, rows["worker"].reason, rows["worker"].cpus) == (2 * GIB, "declared", 1)
    assert "by weight" in rows["web"].reason
    assert "by weight 4" in rows["db"].reason


def test_what_exceeds_the_host_is_told_with_who_asks_for_how_much() -> None:
    rows = budget(wish(services={"web": {"memory": "3GiB", "replicas": 2}}), 4 * GIB, 2)
    (finding,) = findings(rows, 4 * GIB, 2)
    assert finding.path == "budget.memory"
    assert "web 6 GiB" in finding.value
    assert "host's 4 GiB" in finding.rule


@pytest.mark.parametrize(
    ("services", "path"),
    [
        ({}, "compose.services.worker.deploy.resources.limits.cpus"),
        ({"worker": {"cpus": 4}}, "holdfast_stack.services.worker.cpus"),
    ],
)
def test_a_cpu_limit_above_the_host_is_told_where_it_stands(services: dict[str, Any], path: str) -> None:
    found = findings(budget(wish(LIMITED, services=services), 8 * GIB, 2), 8 * GIB, 2)
    assert [(finding.path, finding.level) for finding in found] == [(path, "error"), ("budget.cpus", "warning")]


def test_a_limit_that_no_engine_starts_is_refused() -> None:
    found = findings(budget(wish(services={"web": {"memory": 512}}), 8 * GIB, 2), 8 * GIB, 2)
    assert [(finding.path, finding.value) for finding in found] == [("holdfast_stack.services.web.memory", 512)]


def test_a_row_as_the_plan_shows_it() -> None:
    row = replace(_row(0, 1, 2, 0, GIB, 512 * MIB), cpus=0.5)
    assert row.as_dict() == {
        "who": "row0",
        "group": "service",
        "each_bytes": 512 * MIB,
        "count": 2,
        "bytes": GIB,
        "cpus": 0.5,
        "reason": "made up",
    }
