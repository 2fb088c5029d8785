# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tiers: reading them, choosing among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE, Need, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.unit.plugins.module_utils.fake_host import FakeHost

OWN = Tier(name="own", title="Own row", source="a team", cpus=6, memory_bytes=12 * GIB, disk_bytes=30 * GIB)
NEEDS = st.builds(
    Need,
    cpus=st.floats(0, 16),
    memory_bytes=st.integers(0, 64 * GIB),
    disk_bytes=st.integers(0, 600 * GIB),
)


@pytest.mark.parametrize(
    ("name", "cpus", "memory", "disk"),
    [
        ("native", 4, 8, 5),
        ("local", 2, 4, 5),
        ("local-auth", 2, 4, 5),
        ("enterprise", 4, 8, 20),
        ("enterprise-monitoring", 4, 16, 40),
        ("dev-ec2-local", 2, 2, 40),
        ("dev-ec2-local-auth", 2, 2, 40),
        ("dev-ec2-enterprise", 2, 4, 60),
        ("schedule-minimum", 4, 16, 100),
        ("schedule-recommended", 8, 32, 500),
    ],
)
def test_the_catalogue_says_what_the_sheets_say(name: str, cpus: int, memory: int, disk: int) -> None:
    tier, found = tiers.parse_tier(name, "tier")
    assert found == []
    assert tier is not None
    assert (tier.name, tier.cpus, tier.memory_bytes, tier.disk_bytes) == (name, cpus, memory * GIB, disk * GIB)


def test_every_row_is_under_its_name_with_rules_that_read() -> None:
    for name, tier in CATALOGUE.items():
        assert tier.name == name
        assert tier.title
        assert tier.source
        assert all(tiers.satisfies("99.0", rule) for rule in tier.software.values())


def test_sizes_given_in_the_declaration() -> None:
    tier, found = tiers.parse_tier({"cpus": "4", "memory": "8GB", "disk": "20GiB"}, "holdfast_stack.tier")
    assert found == []
    assert tier is not None
    assert (tier.name, tier.cpus, tier.memory_bytes, tier.disk_bytes) == ("custom", 4.0, 8 * GIB, 20 * GIB)
    assert tier.source == "holdfast_stack.tier"


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("enterprize", ["tier"]),
        ("", ["tier"]),
        (None, ["tier"]),
        (["enterprise"], ["tier"]),
        ({}, ["tier.cpus", "tier.memory", "tier.disk"]),
        ({"cpus": 4, "memory": "8GiB"}, ["tier.disk"]),
        ({"cpus": 4, "memory": "8GiB", "disk": "20GiB", "swap": "1GiB"}, ["tier.swap"]),
        ({"cpus": 0, "memory": 0, "disk": "0"}, ["tier.cpus", "tier.memory", "tier.disk"]),
        ({"cpus": -1, "memory": "-8GiB", "disk": "20 parsecs"}, ["tier.cpus", "tier.memory", "tier.disk"]),
        ({"cpus": True, "memory": None, "disk": []}, ["tier.cpus", "tier.memory", "tier.disk"]),
        ({"cpus": "4 GiB", "memory": "8GiB", "disk": "20GiB"}, ["tier.cpus"]),
    ],
)
def test_what_is_no_tier_is_told_all_at_once(value: object, paths: list[str]) -> None:
    tier, found = tiers.parse_tier(value, "tier")
    assert tier is None
    assert [finding.path for finding in found] == paths
    assert all(finding.rule and finding.hint and finding.level == "error" for finding in found)


def test_findings_name_the_nearest() -> None:
    assert tiers.parse_tier("enterprize", "tier")[1][0].hint == "did you mean 'enterprise'?"
    assert tiers.parse_tier({"memry": 1}, "tier")[1][0].hint == "did you mean 'memory'?"


def test_own_rows_extend_the_catalogue() -> None:
    mine = {**CATALOGUE, "own": OWN}
    assert tiers.parse_tier("own", "tier", mine) == (OWN, [])
    assert tiers.parse_tier("own", "tier")[0] is None
    assert tiers.next_up(CATALOGUE["enterprise"], mine) == OWN


@pytest.mark.parametrize(
    ("value", "need"),
    [
        ({}, Need()),
        ({"cpus": "500m", "memory": "6g"}, Need(cpus=0.5, memory_bytes=6 * GIB)),
        ({"disk": "1TiB"}, Need(disk_bytes=1024 * GIB)),
    ],
)
def test_needs(value: dict[str, Any], need: Need) -> None:
    assert tiers.parse_need(value, "need") == (need, [])


def test_a_wrong_need() -> None:
    need, found = tiers.parse_need({"cpu": 1, "memory": "lots"}, "need")
    assert need is None
    assert [finding.path for finding in found] == ["need.cpu", "need.memory"]


@pytest.mark.parametrize(
    ("need", "name"),
    [
        (Need(), "dev-ec2-local"),
        (Need(memory_bytes=2 * GIB + 1), "local"),
        (Need(cpus=2.5), "native"),
        (Need(cpus=4, disk_bytes=20 * GIB), "enterprise"),
        (Need(memory_bytes=3 * GIB, disk_bytes=50 * GIB), "dev-ec2-enterprise"),
        (Need(memory_bytes=32 * GIB), "schedule-recommended"),
        (Need(memory_bytes=33 * GIB), None),
    ],
)
def test_the_smallest_tier_that_holds(need: Need, name: str | None) -> None:
    tier = tiers.smallest(need)
    assert (tier.name if tier else None) == name


@given(NEEDS)
def test_the_smallest_holds_and_none_smaller_does(need: Need) -> None:
    def holds(tier: Tier) -> bool:
        return tiers.raised(tier, need) == tier

    tier = tiers.smallest(need)
    if tier is None:
        assert not any(holds(other) for other in CATALOGUE.values())
    else:
        assert holds(tier)
        assert not any(holds(other) for other in CATALOGUE.values() if other.memory_bytes < tier.memory_bytes)


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("local", "dev-ec2-enterprise"),
        ("enterprise", "enterprise-monitoring"),
        ("enterprise-monitoring", "schedule-minimum"),
        ("schedule-recommended", None),
    ],
)
def test_the_next_tier_up(name: str, above: str | None) -> None:
    tier = tiers.next_up(CATALOGUE[name])
    assert (tier.name if tier else None) == above


def test_going_up_ends() -> None:
    for start in CATALOGUE.values():
        tier: Tier | None = start
        steps = 0
        while tier is not None:
            tier, steps = tiers.next_up(tier), steps + 1
        assert steps <= len(CATALOGUE)


def test_what_fits_a_host(tmp_path: Path) -> None:
    host = FakeHost(tmp_path).read()
    names = [tier.name for tier in tiers.fitting(host)]
    assert names[-1] == "enterprise"
    assert set(names) == {
        "native", "local", "local-auth", "enterprise", "dev-ec2-local", "dev-ec2-local-auth", "dev-ec2-enterprise"
    }  # fmt: skip
    assert tiers.largest(tiers.fitting(host)) == CATALOGUE["enterprise"]
    assert tiers.fitting(replace(host, software={"docker": "1.0"})) == tiers.fitting(host)
    assert tiers.fitting(replace(host, cpus=1.0)) == []
    assert tiers.largest([]) is None
