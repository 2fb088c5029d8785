# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Backups that are listed and lie nowhere are told apart from those that stand."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from tests.unit.plugins.module_utils.test_backup_info import backup, entry, stanza


def test_what_builds_on_a_lost_backup_does_not_stand() -> None:
    base = entry()["backup"][0]
    labels = ("A", "A_1I", "A_2I", "B", "B_1I")
    backups = [
        base | {"label": label, "type": "incr" if "_" in label else "full", "timestamp": {"start": at, "stop": at}}
        for at, label in enumerate(labels, 100)
    ]
    (stanza,) = info.stanzas([entry(backup=backups)], [1])
    found, lost = info.kept(stanza, {"A", "A_2I", "B", "B_1I", "backup.info"})
    assert ([each.label for each in found.backups], lost) == (["A", "B", "B_1I"], ("A_1I",))
    found, lost = info.kept(stanza, {"A", "A_1I", "A_2I", "B_1I"})
    assert ([each.label for each in found.backups], lost) == (["A", "A_1I", "A_2I"], ("B",))
    assert info.kept(stanza, labels) == (stanza, ())


def test_the_history_of_a_timeline_from_before_the_window_may_have_gone() -> None:
    found = stanza(backup(1, 3, 4), backup(2, 30, 31), backup(3, 40, 41))
    assert info.forgotten(found, 3, {1, 2, 3}, {3}) == ["00000002.history"]
    assert info.forgotten(found, 2, {1, 2, 3}, {3}) == ["00000002.history"]
    assert info.forgotten(found, 1, {1, 2, 3}, {3}) == []
    assert info.forgotten(found, 1, {1, 2, 3}, set()) == ["00000003.history"]
    assert info.forgotten(stanza(), 8, {1}, set()) == []
