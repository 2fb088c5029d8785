# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""SkillMeat's managed rows, against the numbers of its sheet and of the providers' classes."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.tier.rows_managed import ROWS
from ansible_collections.holdfast.host.plugins.module_utils.tier.rows_skillmeat import ROWS as OF_ONE_HOST
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB


# API and web: how many of each, CPUs, GiB; the database: CPUs, GiB, GB of disk.
@pytest.mark.parametrize(
    ("name", "task", "database", "nearest", "said"),
    [
        ("aws-dev-fargate", (1, 0.5, 1), (2, 1, 20), "dev-ec2-enterprise", "1 API and 1 web task of 0.5 CPU and 1 GiB"),
        ("aws-staging", (1, None, 0), (2, 1, 20), "enterprise", "1 or more tasks"),
        ("aws-production", (2, None, 0), (2, 2, 100), "enterprise-monitoring", "2 or more tasks"),
        ("azure-dev-container-apps", (1, 0.5, 1), (1, 2, 32), "dev-ec2-enterprise", "0 to 1 API"),
        ("azure-staging", (1, None, 0), (1, 2, 32), "enterprise", "1 or more replicas"),
        ("azure-production", (2, None, 0), (2, 8, 128), "enterprise-monitoring", "2 or more replicas"),
    ],
)
def test_the_rows_say_what_the_sheet_says(
    name: str,
    task: tuple[int, float | None, int],
    database: tuple[int, int, int],
    nearest: str,
    said: str,
) -> None:
    (row,) = [tier for tier in ROWS if tier.name == name]
    for part in ("api", "web"):
        each = row.components[part]
        assert (each.count, each.cpus, each.memory_bytes) == (task[0], task[1], task[2] * GIB)
    held = row.components["postgres"]
    assert (held.cpus, held.memory_bytes, held.disk_bytes) == (database[0], database[1] * GIB, database[2] * GIB)
    assert row.beyond is not None
    assert row.beyond.nearest == nearest
    assert said in row.beyond.reason
    assert nearest in {tier.name for tier in OF_ONE_HOST}
    assert [ask.kind for ask in row.needs] == ["dns", "tls"]


def test_the_sizes_are_what_is_stated() -> None:
    sizes = {row.name: (row.cpus, row.memory_bytes // GIB, row.disk_bytes // GIB) for row in ROWS}
    assert sizes == {
        "aws-dev-fargate": (3, 3, 20),
        "aws-staging": (2, 1, 20),
        "aws-production": (2, 2, 100),
        "azure-dev-container-apps": (2, 4, 32),
        "azure-staging": (1, 2, 32),
        "azure-production": (2, 8, 128),
    }
