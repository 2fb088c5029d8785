# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The budget: rows that always add up to the host, shares that only grow with it, and room for a release."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import SLICES, Budget, budget, share
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, Row, Sheet
from ansible_collections.holdfast.host.plugins.module_utils.tiers import Component
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import wish


def _budget(memory: int, cpus: float = 2, sheet: Sheet | None = None, **changes: Any) -> Budget:
    return budget(wish(**changes), Capacity(memory_bytes=memory, cpus=cpus, disk_bytes=80 * GIB), sheet)


@given(st.integers(256 * MIB, 512 * GIB), st.integers(1, 8), st.none() | st.integers(1, 64))
def test_the_rows_add_up_to_the_host(memory: int, replicas: int, store: int | None) -> None:
    postgres = {"memory": None if store is None else f"{store}GiB"}
    made = _budget(memory, services={"web": {"replicas": replicas}}, stores={"postgres": postgres}, monitoring={})
    assert sum(row.bytes for row in made.rows) == memory
    groups = [row.group for row in made.rows if row.group != "release"]
    assert groups == ["system", "monitoring", "backup", "edge", "store", "store", "service", "service", "free"]
    assert made.containers()["web"].count == replicas
    assert made.release.bytes == sum(row.bytes for row in made.rows if row.group == "release")


@given(
    st.integers(256 * MIB, 512 * GIB), st.integers(0, 8 * GIB), st.sampled_from(["auto", "two-colours", "stop-first"])
)
def test_more_ram_is_never_less_for_anyone(memory: int, more: int, strategy: str) -> None:
    poor, rich = (_budget(size, release={"strategy": strategy}).containers() for size in (memory, memory + more))
    assert all(poor[who].bytes <= rich[who].bytes for who in poor)


def test_more_ram_is_never_less_step_by_step() -> None:
    sizes = [_budget(memory * MIB, monitoring={}).containers() for memory in range(1800, 6000, 7)]
    for poor, rich in pairwise(sizes):
        assert all(poor[who].bytes <= rich[who].bytes for who in poor)


def test_a_small_host_has_no_second_colour_and_a_larger_one_has() -> None:
    found = [_budget(int(size * GIB)).release.strategy for size in (1.25, 1.75, 2.5, 8)]
    assert found[0] == "stop-first"
    assert found[-1] == "two-colours"
    order = ["stop-first", "one-by-one", "two-colours"]
    assert found == sorted(found, key=order.index)


def test_a_release_that_was_asked_for_is_counted_even_if_it_does_not_fit() -> None:
    made = _budget(2 * GIB, release={"strategy": "two-colours"}, services={"web": {"memory": "1GiB"}})
    assert made.release.bytes >= GIB
    assert made.free_bytes < 0


@given(st.integers(GIB, 512 * GIB), st.integers(0, GIB), st.integers(0, 60))
def test_the_slices_grow_with_the_host(memory: int, more: int, containers: int) -> None:
    for each in SLICES.values():
        assert 0 < each.memory(memory, containers) <= each.memory(memory + more, containers + 1)
    assert SLICES["system"].memory(memory, containers) < memory


def test_what_nobody_asked_for_keeps_nothing() -> None:
    made = _budget(8 * GIB, stores={"postgres": None, "redis": None}, services={"web": None})
    assert [row.group for row in made.rows] == ["system", "service", "service", "service", "service", "release", "free"]
    assert [row.who for row in made.rows if row.group == "backup"] == []


@pytest.mark.parametrize("name", ["system", "monitoring", "backup"])
def test_a_declared_slice_is_taken_as_it_is(name: str) -> None:
    declared: dict[str, Any] = {name: {"memory": "3GiB", "cpus": 0.5}}
    made = _budget(16 * GIB, **declared)
    row = next(row for row in made.rows if row.group == name)
    assert (row.bytes, row.cpu_share, row.reason) == (3 * GIB, 0.5, "declared")


def test_a_tiers_sheet_gives_sizes_to_who_says_nothing() -> None:
    sheet = Sheet(tier="large", components={"web": Component(memory_bytes=768 * MIB, cpus=0.5)})
    row = _budget(8 * GIB, sheet=sheet).containers()["web"]
    assert (row.bytes, row.cpus, row.reason) == (768 * MIB, 0.5, "tier large")


@given(st.sampled_from([0.25, 0.5, 1, 2, 3.5, 16, 128]), st.none() | st.sampled_from([0.25, 1, 4]))
def test_cpu_shares_never_exceed_the_host_nor_a_limit(cpus: float, limit: float | None) -> None:
    made = _budget(8 * GIB, cpus=cpus, services={"web": {"cpus": limit, "replicas": 2}})
    assert sum(row.cpu_share for row in made.rows) <= cpus + 1e-9
    web = made.containers()["web"]
    assert web.cpu_share <= (limit or cpus) * 2 + 1e-9
    assert all(row.cpu_share > 0 for row in made.rows if row.group in ("edge", "store", "service"))


def test_rows_with_a_size_keep_it() -> None:
    rows = [
        Row(who="a", group="service", reason="", each_bytes=GIB, twice=True),
        Row(who="b", group="store", reason="", weight=1, least_bytes=0, comfort_bytes=GIB, most_bytes=8 * GIB),
    ]
    assert [row.each_bytes for row in share(rows, 2 * GIB)] == [GIB, GIB]
    assert [row.each_bytes for row in share(rows, 4 * GIB, "stop-first")] == [GIB, 4 * GIB]
    assert [row.each_bytes for row in share(rows, 4 * GIB, "two-colours")] == [GIB, 3 * GIB]


def test_the_plans_part() -> None:
    made = _budget(8 * GIB).as_dict()
    assert set(made) == {"total_bytes", "cpus", "disk_bytes", "rows", "disk", "release"}
    assert sum(row["bytes"] for row in made["rows"]) == made["total_bytes"]
    assert _budget(8 * GIB).disk_of("db") == next(row["bytes"] for row in made["disk"] if row["who"] == "db")
    assert _budget(8 * GIB).disk_of("web") is None
