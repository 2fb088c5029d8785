# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""SkillMeat's rows of one host, against the numbers of its sheet."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Tier
from ansible_collections.holdfast.host.plugins.module_utils.tier.rows_skillmeat import ROWS
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

ENGINE = {"docker": ">=24.0", "compose": ">=2.0"}
PLAIN = {"settings"}


# CPUs, memory and disk in GB, then what else the sheet asks for, by kind.
@pytest.mark.parametrize(
    ("name", "cpus", "memory", "disk", "kinds"),
    [
        ("native", 4, 8, 5, PLAIN | {"software"}),
        ("local", 2, 4, 5, PLAIN),
        ("local-auth", 2, 4, 5, PLAIN),
        ("enterprise", 4, 8, 20, PLAIN | {"store", "secrets"}),
        ("enterprise-monitoring", 4, 16, 40, PLAIN | {"store", "secrets", "monitoring"}),
        ("dev-ec2-local", 2, 2, 40, PLAIN | {"told"}),
        ("dev-ec2-local-auth", 2, 2, 40, PLAIN | {"told"}),
        ("dev-ec2-enterprise", 2, 4, 60, PLAIN | {"told", "store"}),
    ],
)
def test_the_rows_say_what_the_sheet_says(name: str, cpus: int, memory: int, disk: int, kinds: set[str]) -> None:
    (row,) = [tier for tier in ROWS if tier.name == name]
    assert (row.cpus, row.memory_bytes, row.disk_bytes) == (cpus, memory * GIB, disk * GIB)
    assert {ask.kind for ask in row.needs} == kinds
    assert row.software == ({} if name == "native" else ENGINE)
    assert row.beyond is None


def test_there_is_no_other_row() -> None:
    assert len(ROWS) == 8


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_clerk_is_asked_for_where_the_sheet_asks_for_it_always(row: Tier) -> None:
    clerk = [(ask.when, ask.level) for ask in row.needs if "Clerk" in ask.what]
    assert clerk == [(None if row.name.endswith("-auth") else ("SKILLMEAT_AUTH_ENABLED", "true"), "error")]
