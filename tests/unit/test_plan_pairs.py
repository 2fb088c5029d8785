# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Random hosts and declarations keep every promise; `make bench-plan` has fifty times as many."""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.bench.plan.__main__ import LIMIT_MS, check, plan_milliseconds
from tests.bench.plan.pairs import draw_pair
from tests.bench.plan.promises import PROMISES, make

PAIRS = 2000


def test_two_thousand_pairs_break_no_promise() -> None:
    with multiprocessing.Pool() as pool:
        found = pool.map(check, range(PAIRS), chunksize=100)
    assert {seed: problems for seed, (problems, _) in enumerate(found) if problems} == {}
    # A sample of refusals alone would keep any promise.
    accepted = sum(not refused for _, refused in found)
    assert PAIRS / 4 < accepted < PAIRS


def test_a_plan_of_sixty_services_is_made_in_time() -> None:
    assert statistics.median(plan_milliseconds(9)) < LIMIT_MS


def test_a_seed_is_the_same_pair_every_time() -> None:
    assert draw_pair(5) == draw_pair(5)
    assert draw_pair(5) != draw_pair(6)
    assert len(draw_pair(5, 60).stack["services"]) > 30


def test_a_planner_that_fails_is_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise StopIteration

    monkeypatch.setattr("tests.bench.plan.promises.build", fails)
    (problems, refused) = check(5)
    assert "StopIteration" in problems[0]
    assert not refused


def _spoiled(change: Callable[[dict[str, Any]], None]) -> list[str]:
    """Return what the promises say of a good plan with one thing changed."""
    seed = next(seed for seed in range(100) if _good(seed))
    plan, found = make(draw_pair(seed))
    change(plan)
    return [problem for promise in PROMISES for problem in promise(plan, found)]


def _good(seed: int) -> bool:
    plan, found = make(draw_pair(seed))
    stores = plan and all(plan["stores"][kind] for kind in ("postgres", "redis"))
    return bool(stores) and not [each for each in found if each.level == "error"] and bool(plan["budget"]["disk"])


def _set(kind: str, name: str, value: str) -> Callable[[dict[str, Any]], None]:
    def change(plan: dict[str, Any]) -> None:
        for setting in plan["stores"][kind]["settings"]:
            if setting["name"] == name:
                setting["value"] = value

    return change


def _first_row(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda plan: plan["budget"]["rows"][0].update(changes)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("postgres", "shared_buffers", "4TB"), "PostgreSQL may use"),
        (_set("postgres", "work_mem", "1TB"), "PostgreSQL may use"),
        (_set("redis", "maxmemory", "9000gb"), "Redis may hold"),
        (_first_row(bytes=0), "adds up to"),
        (_first_row(bytes=-5), "has -5 bytes"),
        (_first_row(cpu_share=1e6), "CPU shares add up to"),
        (_first_row(cpus=float("nan")), "is nan"),
    ],
)
def test_a_spoiled_plan_is_told(change: Callable[[dict[str, Any]], None], says: str) -> None:
    assert any(says in problem for problem in _spoiled(change))
    assert _spoiled(lambda _: None) == []


def test_a_finding_without_a_rule_is_told() -> None:
    plan, found = make(draw_pair(0))
    assert found
    spoiled = [replace(each, rule="", hint="", level="error") for each in found]
    problems = [problem for promise in PROMISES for problem in promise(plan, spoiled)]
    assert any("has no rule" in problem for problem in problems)
    assert any("has no hint" in problem for problem in problems)
