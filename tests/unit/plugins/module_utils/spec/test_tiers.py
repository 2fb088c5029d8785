# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The keys of an own tier."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import OwnComponent, OwnTier, parse_own
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

SIZES: dict[str, Any] = {"cpus": 4, "memory": "8GiB", "disk": "20GiB"}


def test_what_is_given_and_what_is_not() -> None:
    own, found = parse_own({"team": {**SIZES, "components": {"web": {"memory": "1g"}, "db": None}}}, "t")
    assert found == []
    parts = {"web": OwnComponent(memory=GIB), "db": OwnComponent()}
    assert own == {"team": OwnTier(cpus=4, memory=8 * GIB, disk=20 * GIB, components=parts)}


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        ({"cpus": 0}, "t.team.cpus", "above zero"),
        ({"cpus": -2}, "t.team.cpus", "above zero"),
        ({"memory": "-8GiB"}, "t.team.memory", "above zero"),
        ({"memory": "8 parsecs"}, "t.team.memory", "size"),
        ({"disk": 0}, "t.team.disk", "above zero"),
        ({"memry": "8GiB"}, "t.team.memry", "unknown key"),
        ({"clock": "fast"}, "t.team.clock", "whole number"),
        ({"ssd": "yes"}, "t.team.ssd", "true or false"),
        ({"raid": "raid0"}, "t.team.raid", "one of raid1"),
        ({"network": -1}, "t.team.network", "whole number"),
        ({"software": {"docker": "24"}}, "t.team.software.docker", ">=24.0"),
        ({"components": {"web": {"cpus": 0}}}, "t.team.components.web.cpus", "above zero"),
        ({"components": {"web": {"count": 0}}}, "t.team.components.web.count", "whole number"),
        ({"components": {"web": {"ram": "1g"}}}, "t.team.components.web.ram", "unknown key"),
    ],
)
def test_what_is_wrong_is_told_with_its_value_and_a_hint(change: dict[str, Any], path: str, rule: str) -> None:
    _, (finding,) = parse_own({"team": {**SIZES, **change}}, "t")
    assert finding.path == path
    assert rule in finding.rule
    assert finding.value is not None
    assert finding.hint
    assert finding.level == "error"


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ([], ["t"]),
        ({"Team": SIZES}, ["t"]),
        ({"team": None}, ["t.team.cpus", "t.team.memory", "t.team.disk"]),
        ({"team": {"cpus": 1}}, ["t.team.memory", "t.team.disk"]),
    ],
)
def test_what_is_no_tier(raw: object, paths: list[str]) -> None:
    own, found = parse_own(raw, "t")
    assert own == {}
    assert [finding.path for finding in found] == paths
