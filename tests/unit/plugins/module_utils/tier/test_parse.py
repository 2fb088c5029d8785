# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Reading tiers and needs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.tiers import Need
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB


def test_sizes_given_in_the_declaration() -> None:
    tier, found = tiers.parse_tier({"cpus": "4", "memory": "8GB", "disk": "20GiB"}, "holdfast_stack.tier")
    assert found == []
    assert tier is not None
    assert (tier.name, tier.cpus, tier.memory_bytes, tier.disk_bytes) == ("custom", 4.0, 8 * GIB, 20 * GIB)
    assert (tier.source, tier.needs, tier.components) == ("holdfast_stack.tier", (), {})


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
        ("aws-production", ["tier"]),
    ],
)
def test_what_is_no_tier_is_told_all_at_once(value: object, paths: list[str]) -> None:
    tier, found = tiers.parse_tier(value, "tier")
    assert tier is None
    assert [finding.path for finding in found] == paths
    assert all(finding.rule and finding.hint and finding.level == "error" for finding in found)


@pytest.mark.parametrize(
    ("name", "because", "nearest"),
    [
        ("aws-dev-fargate", "ECS Fargate", "dev-ec2-enterprise (2 CPUs, 4 GiB memory, 60 GiB disk)"),
        ("azure-staging", "Azure Container Apps", "enterprise (4 CPUs, 8 GiB memory, 20 GiB disk)"),
        ("azure-production", "several zones", "enterprise-monitoring (4 CPUs, 16 GiB memory, 40 GiB disk)"),
        ("playnew-phase-1", "200 containers", "playnew-phase-0 (35 CPUs, 45 GiB memory, 221 GiB disk)"),
    ],
)
def test_what_one_host_cannot_be_says_why_and_what_comes_nearest(name: str, because: str, nearest: str) -> None:
    (finding,) = tiers.parse_tier(name, "tier")[1]
    assert finding.value == name
    assert f"{name} is beyond one host" in finding.rule
    assert because in finding.rule
    assert finding.hint.endswith(nearest)


def test_findings_name_the_nearest() -> None:
    assert tiers.parse_tier("enterprize", "tier")[1][0].hint == "did you mean 'enterprise'?"
    assert tiers.parse_tier({"memry": 1}, "tier")[1][0].hint == "did you mean 'memory'?"
    # What nobody can declare is no suggestion.
    assert "aws-production" not in tiers.parse_tier("aws-productio", "tier")[1][0].hint


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
