# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The lists as a whole: every row is judged, told with its list, and a warning where it does not hold."""

from __future__ import annotations

import json

from ansible_collections.holdfast.host.plugins.module_utils.verify import checklist
from tests.unit.plugins.module_utils.verify.lists import CHECKED, EXPECT, seen


def test_every_row_is_judged_once_and_says_by_what() -> None:
    rows = checklist.judge(EXPECT, seen())
    assert [row.key for row in rows] == [key for key, *_ in checklist.ASKS]
    assert len({row.key for row in rows}) == len(rows)
    assert all(row.evidence and row.asked and row.source for row in rows)
    assert json.loads(json.dumps(checklist.shown(rows)))[0]["source"] == "pydotorg, security checklist"


def test_both_lists_are_whole() -> None:
    asked = [source for _, source, *_ in checklist.ASKS]
    assert (asked.count(checklist.PYDOTORG), asked.count(checklist.SCHEDULE)) == (15, 11)


def test_what_does_not_hold_is_a_warning() -> None:
    found = checklist.findings(checklist.judge(EXPECT, seen(redis="answers")))
    assert [(each.level, each.path) for each in found] == [
        ("warning", "checklist.redis"),
    ]
    assert "checklist.redis" not in {each.path for each in checklist.findings(checklist.judge(EXPECT, seen()))}
    assert CHECKED["redis"] == "refused"
