# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How large the journal grows, and how old."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import journal
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


@pytest.mark.parametrize(
    ("disk", "size"),
    [(None, 256 * MIB), (2 * GIB, 256 * MIB), (40 * GIB, 2 * GIB), (1000 * GIB, 4 * GIB)],
)
def test_it_is_bounded_by_its_disk(disk: int | None, size: int) -> None:
    assert journal.size(disk) == size


def test_it_is_kept_as_long_as_declared() -> None:
    found = journal.concern(Around(os_id="debian", keep_days=365, disk_bytes=40 * GIB)).files[journal.PATH]
    values = {name: value for name, value, _ in found}
    assert values["MaxRetentionSec"] == "365d"
    assert values["SystemMaxUse"] == "2048M"
    assert values["Storage"] == "persistent"
