# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A recovery takes the newest copy of all repositories, and says what it could not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_files, backup_redis
from ansible_collections.holdfast.host.plugins.module_utils import backup_recover as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from tests.unit.plugins.module_utils.backup_world import World, out, snapshot
from tests.unit.plugins.module_utils.test_backup_files import two
from tests.unit.plugins.module_utils.test_backup_recover import recovery


def two_places(directory: Path, first: Any, second: Any, monkeypatch: pytest.MonkeyPatch) -> subject.Recovery:
    """Return the recovery of Redis from two repositories that list this; a copy called bad cannot be read."""

    def redis(_settings: Settings, _run: Run, source: backup_files.Source) -> int:
        if source.find(backup_redis.TAG).id == "bad":
            raise FilesError("ciphertext verification failed")
        return 7

    monkeypatch.setattr(backup_redis, "restore", redis)
    world = World({f"{directory}/r1 --": first, f"{directory}/r2 --": second})
    made = recovery(directory, world, **two(directory))
    made.keep(["redis"])
    return made


def place(*listed: tuple[str, int]) -> Callable[[Sequence[str], str], Result]:
    """Return what a repository says that has copies of these ids and days."""
    copies = [snapshot(identity, "redis", day=day) for identity, day in listed]
    return lambda words, _given: out({"id": "a"} if "config" in words else copies)


def silent(_words: Sequence[str], _given: str) -> Result:
    """Say what a storage says that does not answer."""
    return Result(status=1, err="no route to host")


OLD, NEW = "as it was at 2026-01-01 00:00:00+00:00 (copy old, repository 1", "2026-01-11 00:00:00+00:00 (copy new"


@pytest.mark.parametrize(
    ("first", "second", "told", "unsure"),
    [
        (place(("old", 1)), place(("older", 1), ("new", 11)), f"{NEW}, repository 2", ""),
        (place(("new", 11)), place(("old", 1)), f"{NEW}, repository 1", ""),
        (place(("old", 1)), place(("bad", 11)), OLD, "ciphertext verification failed"),
        (place(("old", 1)), silent, OLD, "repository 2 .*: could not look at it: no route to host"),
        (silent, place(("new", 11)), f"{NEW}, repository 2", "repository 1 .*: could not look at it: no route to host"),
    ],
)
def test_the_newest_copy_of_all_repositories_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: Any, second: Any, told: str, unsure: str
) -> None:
    bare = two_places(tmp_path, first, second, monkeypatch)
    (line,) = subject.after_stores(bare)
    said, _, rest = line.partition("\n")
    assert said.startswith("7 keys of Redis were restored as it was at ")
    assert told in said
    assert bool(rest) == bool(unsure)
    assert re.search(unsure, rest)
    assert bare.left() == []


def test_one_that_does_not_answer_may_have_what_no_other_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = two_places(tmp_path, place(), silent, monkeypatch)
    with pytest.raises(FailedError, match=r"redis could not be restored:\n.*no route to host"):
        list(subject.after_stores(bare))
    assert bare.left() == ["redis"]


def test_a_copy_from_the_future_is_passed_over_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = snapshot("late", "redis") | {"time": "2999-01-01T00:00:00Z"}

    def second(words: Sequence[str], _given: str) -> Result:
        return out({"id": "a"} if "config" in words else [snapshot("older", "redis"), late])

    bare = two_places(tmp_path, place(("new", 11)), second, monkeypatch)
    (line,) = subject.after_stores(bare)
    assert f"{NEW}, repository 1" in line
    assert "has late of a time that is yet to come by this clock" in line
