# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is kept is asked of the repository; old copies go by their kind, and checks go round."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_keep, backup_known, backup_lock, backup_restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_keep import DAY, PARTS, WEEK
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import LOCKED, World, out, settings, snapshot

NOW = 1_800_000_000.0
HERE = {"cat config": out({"id": "abc"}), "snapshots": out([])}


def tidied(directory: Path, world: World, now: float) -> bool:
    made = settings(directory)
    return backup_keep.tidy(made, made.repositories[0], world, now)


def test_each_kind_is_kept_for_its_time(tmp_path: Path) -> None:
    world = World(HERE)
    tidied(tmp_path, world, NOW)
    common = "forget --host shop --group-by host,tags --keep-within"
    assert [each for each in world.seen if each.startswith("forget")] == [
        f"{common} 14d --tag host --tag volume:media --tag volume:logs --tag redis",
        f"{common} 30d --tag dump:app",
    ]


def forgotten(directory: Path, *copies: tuple[str, float], now: float) -> list[str]:
    """Return the tags of which old copies are removed. copies: a tag and the seconds that one was made at."""
    listed = [
        snapshot(str(number), tag) | {"time": datetime.fromtimestamp(at, tz=timezone.utc).isoformat()}
        for number, (tag, at) in enumerate(copies)
    ]
    world = World({**HERE, "snapshots": out(listed)})
    tidied(directory, world, now)
    words = " ".join(each for each in world.seen if each.startswith("forget")).split()
    return [tag for word, tag in pairwise(words) if word == "--tag"]


def test_by_a_clock_that_is_ahead_nothing_is_old(tmp_path: Path) -> None:
    daily = [(tag, NOW - day * DAY) for tag in ("redis", "host", "dump:app") for day in range(40)]
    every = ["host", "volume:media", "volume:logs", "redis", "dump:app"]
    assert forgotten(tmp_path, *daily, now=NOW) == every
    for days in (5, 365):
        jumped = [*daily, ("redis", NOW + days * DAY)]
        assert forgotten(tmp_path, *jumped, now=NOW + days * DAY) == [each for each in every if each != "redis"]


def test_nothing_is_removed_beside_a_copy_from_the_future(tmp_path: Path) -> None:
    now = [("redis", NOW - 20 * DAY), ("redis", NOW)]
    with pytest.raises(FilesError, match=r"repository 1 .*: 2 are of a time that is yet to come, and nothing old"):
        forgotten(tmp_path, *now, ("redis", NOW + 90), now=NOW)
    assert forgotten(tmp_path, ("host", NOW + 30), ("other", NOW + 90), now=NOW)


def test_room_is_freed_once_a_week(tmp_path: Path) -> None:
    world = World(HERE)
    assert [tidied(tmp_path, world, NOW + days * 86_400) for days in (0, 1, 6.9, 7)] == [True, False, False, True]
    assert (world.count("prune"), world.count("forget")) == (2, 8)


def test_room_that_could_not_be_freed_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="could not free room: no"):
        tidied(tmp_path, World({**HERE, "prune": Result(status=1, err="no")}), NOW)
    assert tidied(tmp_path, World(HERE), NOW + 1) is True


def watched(directory: Path, listed: Sequence[tuple[str, str, float]]) -> list[str]:
    """Return what is told after a look. listed: id, tag and day of each snapshot."""
    made = settings(directory)
    told = [snapshot(name, tag) | {"time": f"2026-01-{day:02.0f}T00:00:00Z"} for name, tag, day in listed]
    backup_keep.tidy(made, made.repositories[0], World({**HERE, "snapshots": out(told)}), NOW)
    return [f"{each.path} {each.value} {each.level}" for each in backup_keep.of_copies(made)]


def test_a_copy_that_goes_before_its_time_is_told_until_it_was_due(tmp_path: Path) -> None:
    every = [("a", "redis", 1), ("b", "redis", 10), ("c", "host", 10)]
    assert watched(tmp_path, every) == []
    # The first is two weeks old with the third's, and goes as it should.
    assert watched(tmp_path, [*every[1:], ("d", "redis", 16)]) == []
    told = ["backup.repository[1].copies 1 of host, 1 of redis warning"]
    assert watched(tmp_path, [("d", "redis", 16), ("e", "host", 17)]) == told
    assert watched(tmp_path, [("d", "redis", 16), ("e", "host", 17)]) == told
    assert watched(tmp_path, [("d", "redis", 16), ("e", "host", 17), ("f", "redis", 25), ("g", "host", 25)]) == []


def test_all_of_a_kind_may_not_go(tmp_path: Path) -> None:
    assert watched(tmp_path, [("a", "redis", 10)]) == []
    assert watched(tmp_path, [("b", "host", 11)]) == ["backup.repository[1].copies 1 of redis warning"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    backup_known.path(str(tmp_path), 1).write_text("{", encoding="utf-8")
    (found,) = backup_keep.of_copies(settings(tmp_path))
    assert "is damaged" in str(found.value)


def test_checks_go_round_all_parts_of_the_data(tmp_path: Path) -> None:
    made, world = settings(tmp_path), World(HERE)
    for week in range(PARTS + 1):
        assert backup_keep.check(made, made.repositories[0], world, NOW + week * WEEK).sound
        backup_keep.check(made, made.repositories[0], world, NOW + week * WEEK + 1)
    parts = [each.split("=")[1].split()[0] for each in world.seen if each.startswith("check")]
    assert parts == [f"{part}/{PARTS}" for part in (*range(1, PARTS + 1), 1)]


DAMAGED = Result(status=1, err="Fatal: repository contains errors")


def test_damage_is_a_result_and_stays_known(tmp_path: Path) -> None:
    made = settings(tmp_path)
    world = World({**HERE, "check": [DAMAGED, DAMAGED, Result(status=0)]})
    for now, at_once in ((NOW, False), (NOW + 5, False)):
        found = backup_keep.check(made, made.repositories[0], world, now, at_once=at_once)
        assert (found.sound, found.message, found.at) == (False, "Fatal: repository contains errors", NOW)
    assert backup_keep.check(made, made.repositories[0], world, NOW + 6, at_once=True).sound
    known = backup_known.read(str(tmp_path), 1)
    assert known is not None
    assert (known.sound, known.message, known.checked) == (True, "", NOW + 6)
    # Another part would be sound, and say nothing of this one.
    reads = [each.split()[1] for each in world.seen if each.startswith("check")]
    assert reads == [f"--read-data-subset=1/{PARTS}"] * 2 + ["--read-data"]


def reading(directory: Path, *said: Result) -> tuple[backup_keep.Checked, list[str]]:
    """Return what came of a reading whose tries end so, and the tries."""
    made, world = settings(directory), World({**HERE, "check": list(said)})
    checked = backup_keep.check(made, made.repositories[0], world, NOW, at_once=True)
    return checked, [each for each in world.seen if each.startswith("check")]


def test_a_reading_keeps_no_copy_from_being_made(tmp_path: Path) -> None:
    checked, tries = reading(tmp_path, Result(status=0))
    assert checked.sound
    assert tries == [f"check --read-data-subset=1/{PARTS} --no-lock"]


@pytest.mark.parametrize(("again", "sound"), [(Result(status=0), True), (DAMAGED, False), (LOCKED, False)])
def test_damage_is_believed_where_nobody_else_can_have_removed_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: Result, *, sound: bool
) -> None:
    clock = SimpleNamespace(monotonic=itertools.count(0.0, 1000.0).__next__, sleep=lambda _: None)
    monkeypatch.setattr(backup_restic, "time", clock)
    checked, tries = reading(tmp_path, DAMAGED, again)
    assert (checked.sound, checked.message) == (sound, "" if sound else "Fatal: repository contains errors")
    assert tries[1] == f"check --read-data-subset=1/{PARTS}"


def test_nothing_is_removed_while_it_is_read(tmp_path: Path) -> None:
    made, world = settings(tmp_path), World(HERE)

    def reads(_words: Sequence[str], _given: str) -> Result:
        assert tidied(tmp_path, world, NOW) is False
        return Result(status=0)

    backup_keep.check(made, made.repositories[0], World({**HERE, "check": reads}), NOW)
    assert (world.count("forget"), world.count("prune")) == (0, 0)
    assert tidied(tmp_path, world, NOW) is True
    assert (world.count("forget"), world.count("prune")) == (2, 1)


def test_nothing_is_read_while_it_is_removed(tmp_path: Path) -> None:
    def holds(_words: Sequence[str], _given: str) -> Result:
        with pytest.raises(BlockingIOError), backup_lock.alone(tmp_path / "restic-1.lock", waits=False):
            pass
        return Result(status=0)

    assert tidied(tmp_path, World({**HERE, "forget": holds, "prune": holds}), NOW) is True
