# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Choosing among tiers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE, Need, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.unit.plugins.module_utils.fake_host import FakeHost

OWN = Tier(name="own", title="Own row", source="a team", cpus=6, memory_bytes=9 * GIB, disk_bytes=30 * GIB)
NEEDS = st.builds(
    Need,
    cpus=st.floats(0, 40),
    memory_bytes=st.integers(0, 64 * GIB),
    disk_bytes=st.integers(0, 600 * GIB),
)


@pytest.mark.parametrize(
    ("need", "name"),
    [
        (Need(), "placement-requests"),
        (Need(cpus=2), "dev-ec2-local"),
        (Need(memory_bytes=2 * GIB + 1), "placement-limits"),
        (Need(cpus=4), "native"),
        (Need(cpus=2.5, memory_bytes=4 * GIB), "native"),
        (Need(cpus=4, disk_bytes=20 * GIB), "enterprise"),
        (Need(memory_bytes=3 * GIB, disk_bytes=50 * GIB), "dev-ec2-enterprise"),
        (Need(memory_bytes=32 * GIB), "schedule-recommended"),
        (Need(memory_bytes=33 * GIB), "playnew-phase-0"),
        (Need(memory_bytes=33 * GIB, disk_bytes=222 * GIB), None),
        # Beyond one host there is more, and nothing for one.
        (Need(memory_bytes=46 * GIB), None),
        (Need(cpus=36), None),
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
        assert not any(holds(other) for other in tiers.one_host())
    else:
        assert holds(tier)
        assert tier.beyond is None
        assert not any(holds(other) for other in tiers.one_host() if other.memory_bytes < tier.memory_bytes)


@pytest.mark.parametrize(
    ("name", "above"),
    [
        # A step of the same sheets before another system's smaller one.
        ("local", "dev-ec2-enterprise"),
        ("enterprise", "enterprise-monitoring"),
        ("pydotorg-production-minimum", "pydotorg-production-recommended"),
        ("enterprise-monitoring", "schedule-minimum"),
        ("schedule-recommended", None),
        ("playnew-phase-0", None),
        # Asked for one beyond one host, the next larger of one host is the answer.
        ("aws-production", "schedule-minimum"),
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


def test_own_rows_are_chosen_from_too() -> None:
    assert tiers.next_up(CATALOGUE["enterprise"], {**CATALOGUE, "own": OWN}) == OWN
    assert tiers.smallest(Need(cpus=5), {**CATALOGUE, "own": OWN}) == OWN


@pytest.mark.parametrize(
    ("need", "size"),
    [
        (Need(), (1, 1, 1)),
        (Need(cpus=1.01, memory_bytes=GIB + 1, disk_bytes=20 * GIB), (2, 2, 20)),
        (Need(cpus=4, memory_bytes=8 * GIB, disk_bytes=20 * GIB - 1), (4, 8, 20)),
    ],
)
def test_the_smallest_machine(need: Need, size: tuple[int, int, int]) -> None:
    found = tiers.smallest_size(need)
    assert (found.cpus, found.memory_bytes, found.disk_bytes) == (size[0], size[1] * GIB, size[2] * GIB)


@pytest.mark.parametrize(
    ("smaller", "larger", "more"),
    [
        ("enterprise", "enterprise-monitoring", (0, 8, 20)),
        ("schedule-minimum", "schedule-recommended", (4, 16, 400)),
        ("local", "local-auth", (0, 0, 0)),
        # Less disk is nothing gained, and no loss to show.
        ("dev-ec2-enterprise", "enterprise", (2, 4, 0)),
    ],
)
def test_what_the_larger_one_buys(smaller: str, larger: str, more: tuple[int, int, int]) -> None:
    found = tiers.gain(CATALOGUE[smaller], CATALOGUE[larger])
    assert (found.cpus, found.memory_bytes, found.disk_bytes) == (more[0], more[1] * GIB, more[2] * GIB)


@given(NEEDS)
def test_what_is_bought_is_what_was_missing(need: Need) -> None:
    tier = CATALOGUE["local"]
    assert tiers.gain(tier, tiers.raised(tier, need)) == tiers.gain(tier, need)


def test_where_one_host_ends() -> None:
    assert [name for name, tier in CATALOGUE.items() if tiers.beyond(tier)] == [
        "playnew-phase-1",
        "aws-dev-fargate",
        "aws-staging",
        "aws-production",
        "azure-dev-container-apps",
        "azure-staging",
        "azure-production",
    ]
    assert len(tiers.one_host()) == len(CATALOGUE) - 7


def test_what_fits_a_host(tmp_path: Path) -> None:
    host = FakeHost(tmp_path).read()
    assert [tier.name for tier in tiers.fitting(host)] == [
        "placement-requests",
        "pydotorg-development",
        "dev-ec2-local",
        "dev-ec2-local-auth",
        "placement-limits",
        "local",
        "local-auth",
        "pydotorg-production-minimum",
        "dev-ec2-enterprise",
        "native",
        "enterprise",
    ]
    assert tiers.largest(tiers.fitting(host)) == CATALOGUE["enterprise"]
    assert tiers.fitting(replace(host, software={"docker": "1.0"})) == tiers.fitting(host)
    assert tiers.fitting(replace(host, cpus=0.9)) == []
    assert tiers.largest([]) is None
