# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is told to be tight, and that a roomy host has nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity
from ansible_collections.holdfast.host.plugins.module_utils.plan.tight import few, tight
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import wish


def _tight(memory: float, cpus: float = 4, disk: int = 80, **changes: Any) -> dict[str, list[dict[str, Any]]]:
    asked = wish(**changes)
    found: dict[str, list[dict[str, Any]]] = {}
    capacity = Capacity(memory_bytes=int(memory * GIB), cpus=cpus, disk_bytes=disk * GIB)
    for each in tight(budget(asked, capacity)):
        assert set(each) == {"resource", "who", "value", "means"}
        assert each["means"]
        found.setdefault(each["resource"], []).append(each)
    return found


def test_nothing_is_tight_where_there_is_room() -> None:
    assert _tight(16) == {}


def test_who_sits_at_the_least_is_told_with_both_sizes() -> None:
    (least,) = _tight(1.5)["memory"][:1]
    assert least["who"] == ["db", "cache", "web", "worker"]
    assert "db 256 MiB of 256 MiB" in least["value"]
    assert "at its least" in least["means"]


def test_who_is_below_comfort_is_told() -> None:
    found = _tight(2.5)["memory"]
    assert any("db" in each["who"] and "of 1 GiB" in each["value"] for each in found)


def test_declared_limits_that_use_the_tenth_are_told() -> None:
    found = _tight(3.6, services={"web": {"memory": "2GiB"}}, release={"strategy": "stop-first"})["memory"]
    assert [each for each in found if each["who"] == ["free"]]


@pytest.mark.parametrize(("cpus", "told"), [(8, False), (2, True)])
def test_cpu_limits_that_exceed_the_host_are_told_with_what_is_left(cpus: float, told: bool) -> None:
    found = _tight(16, cpus, services={"web": {"cpus": 2, "replicas": 2}}).get("cpus", [])
    assert bool(found) is told
    assert all("web" in each["means"] and "of 4" in each["means"] for each in found)


def test_a_disk_without_room_to_grow_is_told() -> None:
    assert "db 2 GiB" in _tight(16, disk=10)["disk"][0]["value"]


@pytest.mark.parametrize("strategy", ["auto", "stop-first", "one-by-one"])
def test_a_release_that_is_not_two_coloured_is_told(strategy: str) -> None:
    (found,) = _tight(1.6 if strategy == "auto" else 16, release={"strategy": strategy})["release"]
    assert ("(declared)" in found["value"]) is (strategy != "auto")
    assert set(found["who"]) == {"web", "worker"}


@pytest.mark.parametrize(("verdict", "lines"), [("ok", 0), ("tight", 1), ("short", 1), ("unknown", 0)])
def test_the_declared_tier_s_checks_are_told(verdict: str, lines: int) -> None:
    there = budget(wish(), Capacity(memory_bytes=16 * GIB, cpus=4))
    checks = [{"resource": "memory", "verdict": verdict, "reason": "7.6 GiB, asked for: 8 GiB"}]
    assert len(tight(there, checks)) == lines


def test_a_long_list_is_cut() -> None:
    assert few("abcdef") == "a, b, c, d and 2 more"
    assert few("abcd") == "a, b, c, d"
