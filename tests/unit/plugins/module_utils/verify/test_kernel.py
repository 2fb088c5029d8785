# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kernel values that run, against the plan's."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING
from ansible_collections.holdfast.host.plugins.module_utils.verify.kernel import differences, observe


@pytest.mark.parametrize(
    ("live", "container", "level"),
    [("10", False, None), ("60", False, ERROR), ("60", True, WARNING), (None, False, WARNING)],
)
def test_a_value_that_differs(live: str | None, container: bool, level: str | None) -> None:
    seen = {"kernel": {"values": {"vm.swappiness": live}, "container": container}}
    found = list(differences({"kernel": {"vm.swappiness": "10"}}, seen))
    assert [each.level for each in found] == ([level] if level else [])
    assert all("must be 10" in each.rule and each.hint for each in found)


def test_what_runs_is_read() -> None:
    values = observe({"kernel": {"kernel.ostype": "Linux", "vm.nonsense": "1"}})["values"]
    assert values == {"kernel.ostype": "Linux", "vm.nonsense": None}
