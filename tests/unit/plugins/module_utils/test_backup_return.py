# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A copy is given back once that was confirmed; what is there goes into a copy of its own before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_dumps,
    backup_files,
    backup_redis,
    backup_words,
)
from ansible_collections.holdfast.host.plugins.module_utils import backup_return as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_asked import UnconfirmedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import Copy, FilesError, PartlyError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, out, settings, snapshot
from tests.unit.plugins.module_utils.test_backup_files import two

NOW = 1_770_000_000.0
LATE = snapshot("late", "x") | {"time": "2999-01-01T00:00:00Z"}
LISTED = [snapshot(f"{day:02}aaaaaaaaaa", "x", day=day) for day in range(1, 15)]
THERE = {"docker volume inspect": out([{"Mountpoint": "/x/_data"}])}
COPY = Copy(repository=1, tag="x", snapshot="last", bytes_added=1, bytes=1, missed=())


class Played:
    """The works that copy and restore, with the order in which they were called."""

    def __init__(self, patched: pytest.MonkeyPatch, failing: str = "", problem: FilesError | None = None) -> None:
        self.problem = problem or FilesError(f"{failing}: no")
        self.done: list[str] = []
        for module, name, gives in (
            (backup_files, "backup_volume", [COPY]), (backup_files, "restore_volume", None),
            (backup_files, "restore_host", None), (backup_redis, "backup", [COPY]), (backup_redis, "restore", 7),
            (backup_dumps, "restore", None), (backup_dumps, "exchange", None),
        ):  # fmt: skip
            patched.setattr(module, name, self.played(f"{module.__name__.rpartition('_')[2]}.{name}", gives, failing))

        class Server:
            def script(self, _text: str, **names: str) -> None:
                played.done.append(f"drop {names['name']}")

        played = self
        patched.setattr(backup_dumps, "server", lambda *_: Server())

    def played(self, name: str, gives: Any, failing: str) -> Any:
        def work(*_given: object) -> Any:
            self.done.append(name)
            if name == failing:
                raise self.problem
            return gives

        return work


def given(
    directory: Path, *words: str, said: Result | None = None, inspected: dict[str, Any] | None = None, **changes: Any
) -> list[str]:
    wish = subject.read(backup_words.parser(["restore-copy"]).parse_args(["restore-copy", *words]))

    def pipe(_source: Sequence[str], _into: Sequence[str]) -> tuple[Result, Result]:
        return Result(status=0), Result(status=0)

    world = World({"cat config": out({"id": "a"}), "snapshots": said or out(LISTED)} | (inspected or THERE))
    tools = subject.Tools(run=world, pipe=pipe)
    return list(subject.give_back(settings(directory, **changes), tools, wish, NOW))


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("volume:media", ["files.backup_volume", "files.restore_volume"]),
        ("redis", ["redis.backup", "redis.restore"]),
        ("dump:app", ["drop app_restored", "dumps.restore", "dumps.exchange"]),
    ],
)
def test_what_is_there_stays_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, done: list[str]
) -> None:
    played = Played(monkeypatch)
    told = given(tmp_path, "--copy", kind, "--confirm", "shop", "--snapshot", "newest")
    assert played.done == done
    assert told[-1].startswith(f"{kind} as it was at 2026-01-14 00:00:00+00:00 (copy 14aaaaaa, repository 1 (")
    assert told[-1].endswith("is back")
    assert ("what was there is copied: last in 1" in told) == (kind != "dump:app")


def test_without_a_copy_of_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch, failing="redis.backup")
    sure = ("--copy", "redis", "--confirm", "shop", "--snapshot", "14")
    with pytest.raises(FailedError, match=r"redis.backup: no; --without-last gives up"):
        given(tmp_path, *sure)
    assert played.done == ["redis.backup"]
    given(tmp_path, *sure, "--without-last")
    assert played.done[1:] == ["redis.restore"]


def test_a_copy_of_what_is_there_in_one_repository_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch, "redis.backup", PartlyError(["repository 2: no route"], [COPY]))
    told = given(tmp_path, "--copy", "redis", "--confirm", "shop", "--snapshot", "14")
    assert played.done == ["redis.backup", "redis.restore"]
    assert told[:2] == ["what was there is copied: last in 1", "and not everywhere: repository 2: no route"]


def test_a_volume_that_is_gone_is_told_with_what_brings_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(monkeypatch)
    gone = {"docker volume inspect": Result(status=1, err="no such volume")}
    with pytest.raises(FailedError, match=r"no such volume; site.yml with -e holdfast_recover=true"):
        given(tmp_path, "--copy", "volume:media", "--confirm", "shop", "--snapshot", "14", inspected=gone)
    assert played.done == []


@pytest.mark.parametrize(("kind", "kept"), [("redis", "copied first"), ("dump:app", "under another name")])
def test_nothing_is_done_unless_it_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, kept: str
) -> None:
    played = Played(monkeypatch)
    with pytest.raises(UnconfirmedError) as told:
        given(tmp_path, "--copy", kind, "--snapshot", "03", "--confirm", "another")
    assert f"{kind} as it was at 2026-01-03" in str(told.value)
    assert kept in str(told.value)
    assert "and 4 older ones" in str(told.value)
    assert str(told.value).endswith("do it with --snapshot 03aaaaaa --confirm shop")
    assert played.done == []


def test_another_copy_than_the_one_that_was_shown_is_not_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timer may have copied the damage between the look and the word to do it."""
    played = Played(monkeypatch)
    with pytest.raises(UnconfirmedError, match="with --snapshot 14aaaaaa --confirm shop"):
        given(tmp_path, "--copy", "redis", "--confirm", "shop")
    assert played.done == []


def test_the_hosts_own_files_lie_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    (told,) = given(tmp_path, "--copy", "host")
    assert played.done == ["files.restore_host"]
    assert f"lies in {tmp_path}/host-14aaaaaa" in told


@pytest.mark.parametrize(
    ("words", "said", "why"),
    [
        (("--copy", "volume:other"), None, r"'volume:other' is no copy of this stack; there are host, volume:media"),
        (("--copy", ""), None, "'' is no copy"),
        (("--copy", "redis", "--snapshot", "ff"), None, "repository 1 has no copy ff of redis"),
        (("--copy", "redis"), out([]), "repository 1 has no copy at all of redis"),
        (("--copy", "redis", "--repository", "7"), None, "there is no repository 7"),
        (("--copy", "redis"), Result(status=1, err="no route"), "could not list its snapshots: no route"),
    ],
)
def test_what_cannot_be_had_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: Result | None, why: str
) -> None:
    played = Played(monkeypatch)
    with pytest.raises(FailedError, match=why):
        given(tmp_path, *words, "--confirm", "shop", said=said)
    assert played.done == []


@pytest.mark.parametrize("named", ["newest", "new"])
def test_the_newest_of_all_repositories_is_taken_and_what_is_not_known_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    played = Played(monkeypatch)
    repositories = two(tmp_path)["repositories"]
    repositories += [repositories[0] | {"number": 3, "restic": f"{tmp_path}/r3"}]
    copies = {
        f"{tmp_path}/r3": Result(status=1, err="no route"), "cat config": out({"id": "a"}),
        f"{tmp_path}/r2": out([snapshot("new", "x", day=11)]), "": out([snapshot("old", "x", day=1)]),
    }  # fmt: skip
    tools = subject.Tools(run=World(copies), pipe=lambda *_: (Result(status=0), Result(status=0)))
    parsed = backup_words.parser(["restore-copy"]).parse_args(
        ["restore-copy", "--copy", "redis", "--confirm", "shop", "--snapshot", named]
    )
    told = list(subject.give_back(settings(tmp_path, repositories=repositories), tools, subject.read(parsed), NOW))
    assert told[-1].startswith("redis as it was at 2026-01-11 00:00:00+00:00 (copy new, repository 2 (")
    assert told[0].startswith("there may be newer ones: repository 3 (")
    assert played.done == ["redis.backup", "redis.restore"]
    with pytest.raises(UnconfirmedError, match=r"there may be newer ones: repository 3 .*no route"):
        list(subject.give_back(settings(tmp_path, repositories=repositories), tools, subject.Wish(tag="redis"), NOW))


def test_a_copy_from_the_future_is_passed_over_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Played(monkeypatch)
    sure = ("--copy", "redis", "--confirm", "shop", "--snapshot", "newest")
    told = given(tmp_path, *sure, said=out([*LISTED, LATE]))
    assert "2026-01-14" in told[-1]
    assert "has late of a time that is yet to come" in told[0]
