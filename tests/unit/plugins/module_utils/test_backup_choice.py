# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A target gets its repository, its backup and its timeline, or is refused with what can be reached."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_choice as subject
from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_info import SHA, entry
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN

NOW = 2_000_000_000.0
HOUR = 3600


def full(label: str, stop: int, timeline: int, segment: int) -> dict[str, Any]:
    """Return a full backup as it is told."""
    name = info.name(timeline, segment)
    backup: dict[str, Any] = entry()["backup"][0]
    return backup | {
        "label": label, "timestamp": {"start": stop - 10, "stop": stop}, "archive": {"start": name, "stop": name},
        "lsn": {"start": f"0/{segment:X}000028", "stop": f"0/{segment:X}000050"},
    }  # fmt: skip


HISTORY = {"00000002.history": {"type": "file", "time": NOW - HOUR}}
# A restore to a moment within the sixth segment.
# How long ago they came. OLD ends in the third segment, LEFT in the ninth.
CAME = {info.name(1, each): ago * HOUR for each, ago in zip(range(3, 10), (9, 7, 5, 1.9, 1.7, 1.5, 1.01), strict=True)}
CAME |= {info.name(2, each): (12 - each) * HOUR / 8 for each in range(6, 12)}
LISTED = HISTORY | {f"18-1/{name}-{SHA}.zst": {"type": "file", "time": NOW - ago} for name, ago in CAME.items()}
# What lies beside it, of the backups.
LISTED |= {name: {"type": "path"} for name in ("OLD", "LEFT", "NEW", "20260101-000000F")}


def world(**more: Any) -> World:
    """Return a repository with two fulls, and a restore an hour ago to what was two hours ago."""
    backups = [full("OLD", int(NOW) - 9 * HOUR, 1, 3), full("LEFT", int(NOW) - HOUR - 60, 1, 9)]
    said = {
        " info": out([entry(backup=backups)]),
        "repo-ls": out(LISTED),
        "repo-get": Result(status=0, out="1\t0/6000000\tbefore a moment\n\0"),
    }
    return World(more | {key: each for key, each in said.items() if key not in more})


def time(ago: float) -> Target:
    """Return a moment of the past as a target."""
    return Target(kind="time", value=subject.when(NOW - ago))


@pytest.mark.parametrize(
    ("target", "backup", "timeline"),
    [
        (Target(), "OLD", 2),
        (time(60), "OLD", 2),
        (time(3 * HOUR), "OLD", 1),
        # What a restore took away can be had again: the server went along the first timeline then.
        (time(HOUR + 30), "LEFT", 1),
        (Target(kind="lsn", value="0/5000000"), "OLD", 2),
        (Target(kind="name", value="before-the-move"), "OLD", 2),
        (Target(kind="immediate"), "OLD", 2),
        (Target(kind="immediate", value="LEFT"), "LEFT", 1),
    ],
)
def test_what_leads_there(tmp_path: Path, target: Target, backup: str, timeline: int) -> None:
    found = subject.choose(engine(tmp_path, world()), settings(tmp_path), target, NOW)
    assert (found.backup, found.timeline, found.repository) == (backup, timeline, 1)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (time(10 * HOUR), "any second from 2033-05-17 18:33:21.00:00 until now can be reached"),
        (time(-60), "has not been yet: any second from"),
        (Target(kind="lsn", value="0/1000000"), "lsn 0/1000000 cannot be reached"),
        (Target(kind="lsn", value="here"), "'here' is no position of the log"),
        (Target(kind="immediate", value="GONE"), "immediate GONE cannot be reached"),
        (Target(repository=2), "latest cannot be reached"),
    ],
)
def test_what_cannot_be_reached_is_refused_with_the_window(tmp_path: Path, target: Target, said: str) -> None:
    with pytest.raises(FailedError, match=said):
        subject.choose(engine(tmp_path, world()), settings(tmp_path), target, NOW)


def test_a_full_beyond_the_log_has_its_end_alone(tmp_path: Path) -> None:
    short = settings(tmp_path, keep=GIVEN["keep"] | {"wal_days": 0})
    with pytest.raises(FailedError, match=r"and the ends of the full backups OLD \(2033-05-17 18:33:20.00:00\)"):
        subject.choose(engine(tmp_path, world()), short, time(3 * HOUR), NOW)


def less(name: str) -> Result:
    """Return the listing without one segment."""
    return out({path: each for path, each in LISTED.items() if name not in path})


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


NAMED = Target(kind="name", value="before-the-move")


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


def test_a_backup_that_is_gone_is_not_chosen(tmp_path: Path) -> None:
    both = entry(backup=[full("OLD", int(NOW) - 9 * HOUR, 1, 3), full("NEW", int(NOW) - 60, 2, 9)])
    there, gone = out(LISTED), out({path: each for path, each in LISTED.items() if path != "NEW"})
    for listed, label in ((there, "NEW"), (gone, "OLD")):
        seen = engine(tmp_path, world(**{" info": out([both]), "repo-ls": listed}))
        assert subject.choose(seen, settings(tmp_path), Target(), NOW).backup == label


def two(made: Settings) -> Settings:
    """Return the settings with a second repository."""
    return replace(made, repositories=(made.repositories[0], replace(made.repositories[0], number=2)))


def of_two() -> dict[str, Any]:
    """Return what the second repository says."""
    both = entry(backup=[full("OLD", int(NOW) - 9 * HOUR, 1, 3)])
    second = json.loads(json.dumps(both).replace('"repo-key": 1', '"repo-key": 2').replace('"key": 1', '"key": 2'))
    return {"--repo=2 info": out([second])}


@pytest.mark.parametrize(("lost", "repository"), [(info.name(2, 11), 2), (info.name(2, 8), 2), ("none", 1)])
def test_all_there_is_comes_from_where_there_is_most(tmp_path: Path, lost: str, repository: int) -> None:
    answers = {"--repo=1 --output=json --recurse repo-ls": less(lost)}
    answers |= {"--repo=2 --output=json --recurse repo-ls": out(LISTED)}
    seen = engine(tmp_path, World({**of_two(), **answers, **world().answers}))
    for target in (Target(), Target(gaps=True)):
        assert subject.choose(seen, two(settings(tmp_path)), target, NOW).repository == repository


def test_no_repository_answers(tmp_path: Path) -> None:
    silent = world(**{" info": Result(status=1, err="no route")})
    with pytest.raises(FailedError, match="no repository answers:\nno route"):
        subject.choose(engine(tmp_path, silent), settings(tmp_path), Target(), NOW)


def test_without_a_backup_nothing_can_be_reached(tmp_path: Path) -> None:
    empty = world(**{" info": out([entry(backup=[], archive=[])])})
    with pytest.raises(FailedError, match="there is no full backup"):
        subject.choose(engine(tmp_path, empty), settings(tmp_path), Target(), NOW)
