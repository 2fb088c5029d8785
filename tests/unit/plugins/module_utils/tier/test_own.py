# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tiers of the user's own beside the catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import parse_own
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE, Component, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

SIZES: dict[str, Any] = {"cpus": 4, "memory": "8GiB", "disk": "20GiB"}


def merged(**own: dict[str, Any]) -> tuple[Any, list[Finding]]:
    read, found = parse_own({name.replace("_", "-"): given for name, given in own.items()}, "s.tiers")
    assert found == []
    return tiers.merged(read, "s.tiers")


def test_an_own_tier_has_all_that_a_row_has() -> None:
    catalogue, found = merged(
        team={
            **SIZES,
            "clock": 2500,
            "ssd": True,
            "raid": "raid1",
            "network": 1000,
            "title": "A team of five",
            "software": {"docker": ">=27.0"},
            "components": {"web": {"memory": "1GiB", "cpus": 0.5, "count": 2}, "objects": {"disk": "10GiB"}},
        }
    )
    assert found == []
    assert catalogue["team"] == Tier(
        name="team",
        title="A team of five",
        source="s.tiers.team",
        cpus=4,
        memory_bytes=8 * GIB,
        disk_bytes=20 * GIB,
        clock_mhz=2500,
        ssd=True,
        raid_level="raid1",
        network_mbps=1000,
        software={"docker": ">=27.0"},
        components={
            "web": Component(memory_bytes=GIB, cpus=0.5, count=2),
            "objects": Component(memory_bytes=0, disk_bytes=10 * GIB),
        },
    )
    assert {name: catalogue[name] for name in CATALOGUE} == CATALOGUE


def test_sizes_are_enough() -> None:
    catalogue, found = merged(team=SIZES)
    assert found == []
    assert (catalogue["team"].title, catalogue["team"].software) == ("team", {})
    assert tiers.parse_tier("team", "s.tier", catalogue) == (catalogue["team"], [])


@pytest.mark.parametrize(
    ("name", "word"), [("enterprise", "catalogue"), ("aws-production", "catalogue"), ("custom", "in its place")]
)
def test_a_name_that_is_taken_keeps_its_meaning(name: str, word: str) -> None:
    catalogue, (finding,) = merged(**{name.replace("-", "_"): {**SIZES, "cpus": 64}})
    assert catalogue == CATALOGUE
    assert (finding.path, finding.value, finding.hint) == (f"s.tiers.{name}", name, f"for example my-{name}")
    assert word in finding.rule
    assert finding.level == "error"


@pytest.mark.parametrize(
    ("parts", "value", "rule", "hint"),
    [
        (
            {"web": {"memory": "3GiB", "count": 3}},
            "9 GiB",
            "must fit into the tier's memory: all parts ask for 9 GiB of 8 GiB",
            "make s.tiers.team.memory larger, or the parts smaller by 1 GiB",
        ),
        (
            {"a": {"disk": "15GiB"}, "b": {"disk": "6GiB"}},
            "21 GiB",
            "must fit into the tier's disk: all parts ask for 21 GiB of 20 GiB",
            "make s.tiers.team.disk larger, or the parts smaller by 1 GiB",
        ),
    ],
)
def test_parts_that_do_not_fit_are_told_with_the_numbers(
    parts: dict[str, Any], value: str, rule: str, hint: str
) -> None:
    _, found = merged(team={**SIZES, "components": parts})
    assert found == [Finding(path="s.tiers.team.components", value=value, rule=rule, hint=hint)]


def test_parts_that_just_fit_are_none() -> None:
    _, found = merged(team={**SIZES, "components": {"web": {"memory": 4096 * MIB, "count": 2, "disk": "10GiB"}}})
    assert found == []
