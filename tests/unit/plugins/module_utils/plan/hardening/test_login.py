# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Passwords and what a session may, and the way to root that is closed."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import login
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Hardening


@pytest.mark.parametrize(
    ("method", "hardened", "paths"),
    [
        ("su", True, ["ansible_become_method"]),
        ("su", False, []),
        ("sudo", True, []),
        ("", True, []),
    ],
)
def test_a_run_does_not_close_its_own_way_to_root(method: str, hardened: bool, paths: list[str]) -> None:
    assert [each.path for each in login.findings(Hardening(login=hardened), method)] == paths


def test_su_is_for_the_group_that_is_made() -> None:
    (rule,) = login.CONCERN.files["/etc/pam.d/su"]
    (group,) = login.CONCERN.files[login.GROUPS]
    assert rule[1].endswith(f"group={group[0].removeprefix('g ')}")
