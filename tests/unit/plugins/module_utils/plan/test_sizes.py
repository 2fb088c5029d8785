# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The sizes that are solved for, held against the budget of a host of that very size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan import sizes
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import Budget, budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget_check import findings
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.tiers import MEMORY_TOLERANCE, Need
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import wish

STACKS: list[dict[str, Any]] = [
    {},
    {"monitoring": {}, "backup": {}},
    {"stores": {"postgres": {"memory": "8GiB", "cpus": 2}}, "services": {"web": {"memory": "4GiB", "cpus": 2}}},
    {"services": {"web": {"replicas": 8}, "worker": {"memory": "2GiB", "cpus": 0.5}}},
    {"system": {"memory": "4GiB", "cpus": 1}, "monitoring": {"memory": "3GiB"}},
    {"release": {"strategy": "one-by-one"}},
    {"release": {"strategy": "stop-first"}},
    {"stores": {"postgres": None, "redis": None}, "services": {"web": None}},
]


def _on(asked: Wish, size: sizes.Size, less: int = 0, strategy: str | None = None) -> Budget:
    release = replace(asked.stack.release, strategy=strategy or asked.stack.release.strategy)
    there = replace(asked, stack=replace(asked.stack, release=release))
    return budget(there, Capacity(memory_bytes=size.memory_bytes - less, cpus=size.cpus, disk_bytes=size.disk_bytes))


@pytest.mark.parametrize("changes", STACKS)
def test_the_least_size_runs_and_a_little_less_does_not(changes: dict[str, Any]) -> None:
    asked = wish(**changes)
    size = sizes.least(sizes.question(asked))
    there = _on(asked, size, strategy="stop-first")
    assert there.free_bytes >= 0
    assert [each for each in findings(there) if each.level == "error"] == []
    # Rows are rounded down to whole MiB, the solution up.
    assert _on(asked, size, less=5 * MIB, strategy="stop-first").free_bytes < 0
    assert there.disk[-1].bytes >= 0


@pytest.mark.parametrize("changes", STACKS)
def test_on_the_good_size_nothing_is_wanting(changes: dict[str, Any]) -> None:
    asked = wish(**changes)
    size = sizes.good(sizes.question(asked))
    there = _on(asked, size)
    wanted = asked.stack.release.strategy
    assert there.release.strategy == ("two-colours" if wanted == "auto" else wanted)
    assert there.free_bytes >= size.memory_bytes // 10 - MIB
    assert all(row.bytes >= row.comfort_bytes * row.count for row in there.rows if row.reason.startswith("by weight"))
    assert not [each for each in findings(there) if each.path in ("budget.cpus", "budget.memory", "budget.disk")]


@pytest.mark.parametrize("changes", STACKS)
def test_the_good_size_is_no_larger_than_it_has_to_be(changes: dict[str, Any]) -> None:
    asked = wish(**changes)
    question = sizes.question(asked)
    size = sizes.good(question)
    smaller = _on(asked, replace(size, memory_bytes=int(size.memory_bytes * 0.9)))
    tight = [row for row in smaller.rows if row.reason.startswith("by weight") and row.each_bytes is not None]
    aimed = "two-colours" if asked.stack.release.strategy == "auto" else asked.stack.release.strategy
    assert (
        smaller.free_bytes < smaller.capacity.memory_bytes // 10
        or smaller.release.strategy != aimed
        or any(row.bytes < row.comfort_bytes * row.count for row in tight)
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 32), st.integers(64, 16384), st.integers(1, 32), st.booleans())
def test_any_stack_fits_its_sizes_and_good_is_never_below_least(
    replicas: int, memory: int, cpus: int, monitored: bool
) -> None:
    web = {"replicas": replicas, "memory": f"{memory}MiB", "cpus": cpus / 4}
    asked = wish(services={"web": web}, monitoring={} if monitored else None)
    question = sizes.question(asked)
    least, good = sizes.least(question), sizes.good(question)
    assert _on(asked, least, strategy="stop-first").free_bytes >= 0
    assert _on(asked, good).release.strategy == "two-colours"
    pairs = zip(vars(least.as_sold()).values(), vars(good.as_sold()).values(), strict=True)
    assert all(low <= high for low, high in pairs)


def test_a_limit_above_a_cpu_asks_for_a_host_that_has_them() -> None:
    question = sizes.question(wish(services={"web": {"cpus": 2.5, "replicas": 2}}))
    assert sizes.least(question).cpus == 3
    # 5 of web, an eighth for each of three containers without a limit, and a tenth that is reserved.
    assert sizes.good(question).cpus == 6


def test_cpus_that_are_reserved_leave_some() -> None:
    assert sizes.least(sizes.question(wish(system={"cpus": 2}))).cpus == 3


@pytest.mark.parametrize("changes", [{}, {"monitoring": {}}, {"system": {"memory": "2GiB"}}])
def test_as_many_replicas_as_are_told_fit_and_one_more_does_not(changes: dict[str, Any]) -> None:
    machine = Need(cpus=16, memory_bytes=32 * GIB)
    most = sizes.most_replicas(
        sizes.question(wish(services={"web": {"replicas": 2, "memory": "1GiB"}}, **changes)), machine
    )
    assert set(most) == {"web"}
    memory = int(machine.memory_bytes * (1 - MEMORY_TOLERANCE))
    for count, fits in ((most["web"], True), (most["web"] + 1, False)):
        web = {"replicas": count, "memory": "1GiB"}
        asked = wish(services={"web": web}, release={"strategy": "stop-first"}, **changes)
        assert (budget(asked, Capacity(memory_bytes=memory, cpus=16)).free_bytes >= 0) is fits


def test_more_than_is_sold_is_known() -> None:
    question = sizes.question(wish(services={"web": {"replicas": 40, "memory": "16GiB"}}))
    assert sizes.beyond_sold(sizes.least(question))
    assert 0 < sizes.most_replicas(question)["web"] < 40
    assert not sizes.beyond_sold(sizes.least(sizes.question(wish())))
