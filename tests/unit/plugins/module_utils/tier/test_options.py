# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What tier_check is asked for, and what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.tier.options import judge, read_tier, read_wanted
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.unit.plugins.module_utils.fake_host import FakeHost

OWN = {"team": {"cpus": 4, "memory": "9GiB", "disk": "20GiB"}}
OPTIONS: dict[str, Any] = {
    "tier": None,
    "tiers": {},
    "minimum": None,
    "need": None,
    "mode": "enforce",
    "disk_path": "/var/lib",
    "to_fit": None,
}


@pytest.mark.parametrize(
    ("options", "name", "paths"),
    [
        ({"tier": "local"}, "local", []),
        ({"tier": "team", "tiers": OWN}, "team", []),
        ({"minimum": {"cpus": "1", "memory": "1g", "disk": "1g"}, "tiers": OWN}, "custom", []),
        ({"tier": "team"}, None, ["tier"]),
        ({"tier": "local", "tiers": {"x": {"cpus": 1}}}, "local", ["tiers.x.memory", "tiers.x.disk"]),
        ({"tier": "x", "tiers": {"x": {"cpus": 0, "memory": "1g", "disk": "1g"}}}, None, ["tiers.x.cpus"]),
    ],
)
def test_the_tier_that_is_asked_for(options: dict[str, Any], name: str | None, paths: list[str]) -> None:
    tier, catalogue, found = read_tier(OPTIONS | options)
    assert (tier.name if tier else None) == name
    assert [finding.path for finding in found] == paths
    assert ("team" in catalogue) == (options.get("tiers") is OWN)


def test_the_need_raises_the_tier() -> None:
    wanted, found = read_wanted(OPTIONS | {"tier": "local", "need": {"memory": "6GiB", "cpus": None}, "to_fit": "1g"})
    assert found == []
    assert wanted is not None
    assert (wanted.tier.memory_bytes, wanted.tier.cpus, wanted.to_fit) == (6 * GIB, 2, GIB)


def test_everything_wrong_is_told_and_nothing_is_wanted() -> None:
    wanted, found = read_wanted(OPTIONS | {"tier": "nothing", "need": {"disk": "-1"}, "to_fit": "much"})
    assert wanted is None
    assert [finding.path for finding in found] == ["tier", "need.disk", "to_fit"]


def test_a_host_is_judged_among_own_tiers_too(tmp_path: Path) -> None:
    wanted, _ = read_wanted(OPTIONS | {"tier": "enterprise", "tiers": OWN})
    assert wanted is not None
    result, found = judge(wanted, FakeHost(tmp_path).read(), OPTIONS)
    assert (result["verdict"], result["smallest_tier"], result["next_tier"]) == ("unknown", "enterprise", "team")
    assert result["findings"] == [finding.as_dict() for finding in found]
    assert {finding.level for finding in found} == {"warning"}
