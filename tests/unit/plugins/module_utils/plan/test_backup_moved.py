# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A place that backups were not in before is told and tried; a key that is gone is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup_moved import findings, tried
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from tests.planning import STACK, host, merged, planned, wish

HELD = {"name": "shop", "projects": ["stores"], "stores": ["postgres"]}


def _wish(*paths: str, provided: Sequence[str] = ()) -> Wish:
    return wish(provided=provided, backup={"repositories": [{"local": {"path": path}} for path in paths]})


def _host(*places: str, keyed: bool = True) -> Host:
    return Host.from_dict(host(installed=HELD | {"places": list(places), "keyed": keyed}))


@pytest.mark.parametrize(
    ("declared", "before", "numbers"),
    [
        (["/a"], ["/a"], []),
        (["/a", "/b"], ["/a"], [2]),
        (["/b", "/a"], ["/a", "/b"], []),
        (["/c"], ["/a", "/b"], [1]),
        # It has no program to look with yet.
        (["/a"], [], []),
    ],
)
def test_a_place_without_backups_of_this_host_is_tried(
    declared: list[str], before: list[str], numbers: list[int]
) -> None:
    assert tried(_wish(*declared), _host(*before)) == numbers
    told = [each.path for each in findings(_wish(*declared), _host(*before))]
    assert told == [f"holdfast_stack.backup.repositories[{number - 1}]" for number in numbers]


def test_what_stays_behind_is_told() -> None:
    (told,) = findings(_wish("/c"), _host("/a"))
    assert "what lies in /a stays there" in told.rule
    assert told.level == "warning"
    (told,) = findings(_wish("/a", "/c"), _host("/a"))
    assert "stays there" not in told.rule


def test_a_bare_host_and_a_stack_without_backups_have_nothing_to_try() -> None:
    assert tried(_wish("/a"), Host.from_dict(host())) == []
    assert tried(wish(), _host("/a")) == []
    assert list(findings(wish(), _host("/a"))) == []


def test_a_key_that_is_given_is_tried_everywhere() -> None:
    assert tried(_wish("/a", "/b", provided=["BACKUP_KEY"]), _host("/a", "/b")) == [1, 2]


def test_a_key_that_is_gone_is_refused_where_it_is_needed() -> None:
    (told,) = findings(_wish("/a"), _host("/a", keyed=False))
    assert told.path == "app_secrets.BACKUP_KEY"
    assert told.level == "error"
    assert list(findings(_wish("/a", provided=["BACKUP_KEY"]), _host("/a", keyed=False))) == []
    assert [each.level for each in findings(_wish("/c"), _host("/a", keyed=False))] == ["warning"]


def test_the_plan_says_what_is_tried(tmp_path: Path) -> None:
    on = host(installed=HELD | {"places": ["/a"], "keyed": True})
    raw = merged(STACK, {"backup": {"repositories": [{"local": {"path": "/b"}}]}})
    assert planned(tmp_path, raw=raw, on=on)["backup"]["tried"] == [1]
