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
from ansible_collections.holdfast.host.plugins.module_utils.backup_survey import when
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
    return Target(kind="time", value=when(NOW - ago))


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


def test_a_backup_that_is_gone_is_not_chosen(tmp_path: Path) -> None:
    both = entry(backup=[full("OLD", int(NOW) - 9 * HOUR, 1, 3), full("NEW", int(NOW) - 60, 2, 9)])
    there, gone = out(LISTED), out({path: each for path, each in LISTED.items() if path != "NEW"})
    for listed, label in ((there, "NEW"), (gone, "OLD")):
        seen = engine(tmp_path, world(**{" info": out([both]), "repo-ls": listed}))
        assert subject.choose(seen, settings(tmp_path), Target(), NOW).backup == label


def less(name: str) -> Result:
    """Return the listing without one segment."""
    return out({path: each for path, each in LISTED.items() if name not in path})


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


def test_the_newest_state_is_told_with_what_nobody_knows(tmp_path: Path) -> None:
    """Of a gap, when the log before it ended; of a repository that does not answer, that it may have more."""
    silent = {"--repo=2": Result(status=1, err="no route")}
    lacking = {"--repo=1 --output=json --recurse repo-ls": less(info.name(2, 9))}
    seen = engine(tmp_path, World({**silent, **lacking, **world().answers}))
    target, told = subject.newest(seen, two(settings(tmp_path)), NOW)
    assert (target.repository, target.backup, target.gaps) == (1, "OLD", True)
    assert told[0] == f"from backup OLD of repository 1, and the log that came until {when(NOW - HOUR / 2)}"
    assert told[1] == f"{info.name(2, 9)} is missing from its log: what was committed from there on is lost"
    assert told[2:] == ["there may be newer log: repository 2: no route"]
    whole, told = subject.newest(engine(tmp_path, world()), settings(tmp_path), NOW)
    assert (whole.backup, len(told)) == ("OLD", 1)
    empty = world(**{" info": out([entry(backup=[], archive=[])])})
    with pytest.raises(FailedError, match="latest cannot be reached: there is no full backup"):
        subject.newest(engine(tmp_path, empty), settings(tmp_path), NOW)
