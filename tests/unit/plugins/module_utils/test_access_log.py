# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The log of requests on a host: no line is lost by a rotation, and age and size bound it."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import access_log
from ansible_collections.holdfast.host.plugins.module_utils.access_log import Archive, HeldError, Settings

NOW = 1_800_000_000.0
DAY = 86_400


@pytest.fixture(autouse=True)
def owners(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Keep the owners that files are given; only root can give them."""
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda _file, uid, gid: given.append((uid, gid)))
    monkeypatch.setattr(shutil, "chown", lambda _path, _user, _group: None)
    return given


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that makes settings for a fresh directory."""
    (tmp_path / "edge").mkdir()
    usual: dict[str, Any] = {"directory": str(tmp_path / "edge"), "file": "access.log", "owner": 101, "keep_days": 365}
    usual |= {"bytes": 10_000, "rotate_bytes": 1000, "project": "shop-edge", "service": "nginx"}
    return lambda **changes: Settings(**(usual | changes))


def archive(ended: float, size: int = 100) -> Archive:
    return Archive(path=Path(f"access-{ended:.0f}.log.gz"), ended=ended, size=size)


def held(settings: Settings) -> str:
    """Return every line that is still there, the oldest first."""
    texts = []
    for each in access_log.archives(settings.current.parent):
        data = each.path.read_bytes()
        texts.append(gzip.decompress(data) if each.path.suffix == ".gz" else data)
    return b"".join([*texts, settings.current.read_bytes()]).decode()


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("access-20270115T080000Z.log", NOW),
        ("access-20270115T080000Z.log.gz", NOW),
        ("access.log", None),
        (".access-20270115T080000Z.log.gz", None),
        ("access-20270115T080000Z.log.gz.bak", None),
        ("error.log", None),
    ],
)
def test_an_archive_is_known_by_its_name(name: str, when: float | None) -> None:
    assert access_log.ended(name) == when


@pytest.mark.parametrize(
    ("size", "last", "is_due"),
    [
        (0, None, False), (1, None, True), (1, NOW - 60, False), (1, NOW - DAY, True), (0, NOW - DAY, False),
        (1000, NOW - 60, True),
    ],
)  # fmt: skip
def test_a_file_ends_with_its_day_or_its_size(size: int, last: float | None, *, is_due: bool) -> None:
    assert access_log.due(size, last, NOW, 1000) is is_due


def test_what_is_too_old_goes_and_nothing_younger(made: Callable[..., Settings]) -> None:
    old, edge, young = archive(NOW - 365 * DAY - 1), archive(NOW - 365 * DAY), archive(NOW - DAY)
    assert access_log.superfluous([old, edge, young], 0, NOW, made()) == ([old], [])


def test_the_oldest_go_where_room_is_short(made: Callable[..., Settings]) -> None:
    found = [archive(NOW - days * DAY, 400) for days in (4, 3, 2, 1)]
    assert access_log.superfluous(found, 300, NOW, made(bytes=1100)) == ([], found[:2])
    assert access_log.superfluous(found, 2000, NOW, made(bytes=1100)) == ([], found)


def test_a_rotation_keeps_every_line_of_an_open_file(made: Callable[..., Settings]) -> None:
    settings = made()
    access_log.prepare(settings)
    with settings.current.open("a") as nginx:
        nginx.write("before\n")
        nginx.flush()
        ending = access_log.rotate(settings, NOW)
        nginx.write("meanwhile\n")
    assert ending.name == "access-20270115T080000Z.log"
    assert ending.read_text() == "before\nmeanwhile\n"
    assert settings.current.read_text() == ""
    assert oct(settings.current.stat().st_mode & 0o777) == "0o664"


def test_nginx_can_write_it_as_master_and_as_worker(made: Callable[..., Settings], owners: list[Any]) -> None:
    access_log.prepare(made())
    assert owners == [(101, 0)]
    assert oct(made().current.stat().st_mode & 0o777) == "0o664"


def test_a_rotation_that_was_cut_short_is_undone(made: Callable[..., Settings]) -> None:
    settings = made()
    settings.current.write_text("a line\n")
    settings.current.with_name("access-20270115T080000Z.log").hardlink_to(settings.current)
    access_log.prepare(settings)
    assert access_log.archives(settings.current.parent) == []
    assert settings.current.read_text() == "a line\n"


def test_a_writer_is_found_and_a_reader_is_not(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("a"):
        assert access_log.writers(path) == [os.getpid()]
    with path.open():
        assert access_log.writers(path) == []


def test_what_is_still_written_is_told_of_and_not_packed(made: Callable[..., Settings]) -> None:
    settings, told = made(), []
    access_log.prepare(settings)
    with settings.current.open("a"), pytest.raises(HeldError, match=str(os.getpid())):
        access_log.wait_released(settings.current, lambda: told.append("USR1"), seconds=0.3)
    assert told == ["USR1"]


def test_a_run_ends_packs_and_keeps_every_line(made: Callable[..., Settings], tmp_path: Path) -> None:
    settings, told = made(), []
    settings.current.write_text("one\n")
    state = tmp_path / "state.json"
    with settings.current.open("a") as nginx:

        def reopened(_settings: Settings) -> None:
            told.append("USR1")
            nginx.write("two\n")
            nginx.close()

        access_log.run(settings, state, reopened)
    settings.current.write_text("three\n")
    access_log.run(settings, state, reopened)
    assert told == ["USR1"]
    (packed,) = access_log.archives(settings.current.parent)
    assert packed.path.suffix == ".gz"
    assert oct(packed.path.stat().st_mode & 0o777) == "0o640"
    assert held(settings) == "one\ntwo\nthree\n"
    assert not state.exists()


def test_what_a_killed_run_left_is_packed_by_the_next(made: Callable[..., Settings], tmp_path: Path) -> None:
    settings = made(keep_days=10_000)
    settings.current.with_name("access-20250115T080000Z.log").write_text("left\n")
    settings.current.with_name(".access-20250115T080000Z.log.gz").write_text("half")
    access_log.run(settings, tmp_path / "state.json", lambda _: None)
    assert held(settings) == "left\n"
    assert sorted(path.name for path in settings.current.parent.iterdir()) == [
        "access-20250115T080000Z.log.gz",
        "access.log",
    ]


def test_what_went_for_want_of_room_is_remembered(made: Callable[..., Settings], tmp_path: Path) -> None:
    settings, state = made(keep_days=10_000, bytes=150), tmp_path / "state.json"
    for day in (14, 15):
        settings.current.with_name(f"access-202501{day}T080000Z.log.gz").write_bytes(b"x" * 100)
    access_log.run(settings, state, lambda _: None)
    assert json.loads(state.read_text()) == {"cut_until": access_log.ended("access-20250114T080000Z.log")}
    assert [each.path.name for each in access_log.archives(settings.current.parent)] == [
        "access-20250115T080000Z.log.gz"
    ]


def test_a_file_can_be_ended_at_once(made: Callable[..., Settings], tmp_path: Path) -> None:
    settings = made(keep_days=10_000)
    settings.current.with_name(f"access-{time.strftime(access_log.STAMP, time.gmtime(time.time() - 1))}.log.gz").touch()
    settings.current.write_text("young\n")
    access_log.run(settings, tmp_path / "state.json", lambda _: None)
    assert settings.current.read_text() == "young\n"
    access_log.run(settings, tmp_path / "state.json", lambda _: None, at_once=True)
    assert settings.current.read_text() == ""


def test_runs_do_not_meet(tmp_path: Path) -> None:
    with access_log.alone(tmp_path):
        descriptor = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


@pytest.mark.parametrize(("pid", "told"), [(4711, [(4711, signal.SIGUSR1)]), (0, [])])
def test_nginx_is_told_by_its_process(
    made: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, pid: int, told: list[tuple[int, int]]
) -> None:
    """Not by docker kill, after which the engine would not start the container at the next boot."""
    asked: list[list[str]] = []
    sent: list[tuple[int, int]] = []

    def run(words: list[str], **_: Any) -> Any:
        asked.append(words)
        return type("Done", (), {"stdout": "abc\n" if words[1] == "ps" else f"{pid}\n"})

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(os, "kill", lambda *words: sent.append(words))
    access_log.reopen(made())
    assert "label=com.docker.compose.project=shop-edge" in asked[0]
    assert asked[1] == ["docker", "inspect", "--format", "{{.State.Pid}}", "abc"]
    assert sent == told


def test_the_program_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    monkeypatch.setattr(access_log, "CONFIG", tmp_path / "absent.json")
    assert access_log.main() == 1
    assert "absent.json" in capsys.readouterr().err
