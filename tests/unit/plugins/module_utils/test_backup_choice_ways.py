# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Nothing leads across a gap of the log, and a name is looked for in all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_choice as subject
from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_choice import HOUR, LISTED, NOW, full, less, time, world
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_info import entry

NAMED = Target(kind="name", value="before-the-move")


@pytest.mark.parametrize("lost", [info.name(1, 4), info.name(2, 8)])
def test_all_there_is_does_not_end_at_a_gap(tmp_path: Path, lost: str) -> None:
    gap = engine(tmp_path, world(**{"repo-ls": less(lost)}))
    with pytest.raises(
        FailedError,
        match=f"latest cannot be reached: {lost} is missing from the log of repository 1, which leads from backup OLD",
    ):
        subject.choose(gap, settings(tmp_path), Target(), NOW)
    # For a host that is lost: what there is.
    assert subject.choose(gap, settings(tmp_path), Target(gaps=True), NOW).backup == "OLD"


@pytest.mark.parametrize(
    ("lost", "target", "backup"),
    [
        # All that lies before the gap had come by then, so what was committed then lies in it or behind.
        (info.name(1, 5), time(3 * HOUR), None),
        (info.name(1, 4), time(60), None),
        (info.name(2, 8), time(60), None),
        (info.name(2, 7), time(60), None),
        (info.name(2, 8), time(0.6 * HOUR), None),
        # It came later, so there was more then than it could hold.
        (info.name(2, 8), time(0.7 * HOUR), "OLD"),
        (info.name(1, 6), time(6 * HOUR), "OLD"),
        (info.name(1, 3), time(8.9 * HOUR), None),
        (info.name(1, 4), Target(kind="lsn", value="0/5000000"), None),
        (info.name(1, 5), Target(kind="lsn", value="0/5000000"), None),
        (info.name(2, 6), Target(kind="lsn", value="0/6000100"), None),
        (info.name(2, 6), Target(kind="lsn", value="0/5FFFFFF"), "OLD"),
        # What was left behind is not on the way.
        (info.name(1, 7), Target(kind="lsn", value="0/8000000"), "OLD"),
        # Where the log ends so far nothing is missing: the rest is sent first.
        (info.name(1, 7), Target(kind="lsn", value="0/F000000"), "OLD"),
        (info.name(1, 4), Target(kind="immediate"), "OLD"),
        (info.name(1, 3), Target(kind="immediate"), None),
        (info.name(1, 9), Target(kind="immediate", value="LEFT"), None),
    ],
)
def test_a_gap_on_the_way_is_not_gone_across(tmp_path: Path, lost: str, target: Target, backup: str | None) -> None:
    seen = engine(tmp_path, world(**{"repo-ls": less(lost)}))
    if backup:
        assert subject.choose(seen, settings(tmp_path), target, NOW).backup == backup
        return
    with pytest.raises(FailedError, match=f"cannot be reached: {lost} is missing from the log of repository 1"):
        subject.choose(seen, settings(tmp_path), target, NOW)


def test_before_a_gap_is_said_what_can_be_reached(tmp_path: Path) -> None:
    seen = engine(tmp_path, world(**{"repo-ls": less(info.name(1, 5))}))
    said = f"{info.name(1, 5)} is missing from the log of repository 1, which leads from backup OLD until 2033-05-17 "
    with pytest.raises(FailedError, match=said + "20:33:20.00:00 at most; otherwise any second from"):
        subject.choose(seen, settings(tmp_path), time(3 * HOUR), NOW)
    assert subject.choose(seen, settings(tmp_path), time(7 * HOUR + 1), NOW).backup == "OLD"


def newer(**more: Any) -> World:
    """Return a repository with a backup that is newer than most of the log."""
    backups = [full("OLD", int(NOW) - 9 * HOUR, 1, 3), full("LEFT", int(NOW) - HOUR - 60, 1, 9)]
    return world(**more, **{" info": out([entry(backup=[*backups, full("NEW", int(NOW) - 60, 2, 9)])])})


def test_a_name_may_lie_anywhere_in_the_log(tmp_path: Path) -> None:
    made, seen = settings(tmp_path), engine(tmp_path, newer())
    assert subject.choose(seen, made, NAMED, NOW).backup == "OLD"
    # Who knows when the point was made says from which backup: it may be on a timeline that was left.
    for label, timeline in (("NEW", 2), ("OLD", 2), ("LEFT", 1)):
        found = subject.choose(seen, made, replace(NAMED, backup=label), NOW)
        assert (found.backup, found.timeline) == (label, timeline)
    with pytest.raises(FailedError, match="name before-the-move cannot be reached"):
        subject.choose(seen, made, replace(NAMED, backup="GONE"), NOW)


def test_a_name_is_looked_for_where_the_log_is_whole(tmp_path: Path) -> None:
    made, seen = settings(tmp_path), engine(tmp_path, newer(**{"repo-ls": less(info.name(2, 8))}))
    assert subject.choose(seen, made, NAMED, NOW).backup == "NEW"
    # It may lie before the gap.
    assert subject.choose(seen, made, replace(NAMED, backup="OLD"), NOW).backup == "OLD"
    lost = engine(tmp_path, world(**{"repo-ls": less(info.name(2, 8))}))
    with pytest.raises(FailedError, match=f"{info.name(2, 8)} is missing .* leads from backup OLD until"):
        subject.choose(lost, made, NAMED, NOW)


def test_another_backup_than_the_best(tmp_path: Path) -> None:
    made, seen = settings(tmp_path), engine(tmp_path, newer())
    for target in (Target(), time(30), Target(kind="lsn", value="0/B000000")):
        assert subject.choose(seen, made, target, NOW).backup == "NEW"
        assert subject.choose(seen, made, replace(target, backup="OLD"), NOW).backup == "OLD"
        with pytest.raises(FailedError, match="cannot be reached"):
            subject.choose(seen, made, replace(target, backup="LEFT"), NOW)


def test_a_window_that_was_made_longer_begins_where_there_is_log(tmp_path: Path) -> None:
    third = full("NEW", int(NOW) - 60, 2, 11)
    fulls = [full("OLD", int(NOW) - 9 * HOUR, 1, 3), full("LEFT", int(NOW) - HOUR - 60, 1, 9), third]
    # As pgBackRest removes it: a backup that is older than the window keeps its own.
    names = [info.name(1, each) for each in (4, 5, 6, 7, 8)] + [info.name(2, each) for each in (6, 7, 8)]
    listed = {path: each for path, each in LISTED.items() if not any(name in path for name in names)}
    seen = engine(tmp_path, world(**{" info": out([entry(backup=fulls)]), "repo-ls": out(listed)}))
    with pytest.raises(FailedError, match=r"any second from 2033-05-18 02:32:21.*ends of the full backups OLD"):
        subject.choose(seen, settings(tmp_path), time(5 * HOUR), NOW)
