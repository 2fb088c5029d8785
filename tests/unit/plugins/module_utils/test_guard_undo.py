# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The way back as a real shell runs it, beside a writer and beside itself."""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import guard_undo
from ansible_collections.holdfast.host.plugins.module_utils.file_state import read_state
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import alone
from ansible_collections.holdfast.host.plugins.module_utils.guard_undo import Undo, script


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "guard/demo"


def waiting(place: Path, commands: Sequence[Sequence[str]] = ()) -> Path:
    """Have a change that waits, and return its file: it was old and is new."""
    path = place.parents[1] / "a.conf"
    path.write_text("old\n")
    (place / "pending/saved").mkdir(parents=True)
    (place / "pending/saved/0").write_text("old\n")
    back = [Undo(path=path, was=read_state(path, content=False), made=False, number=0)]
    (place / "undo").write_text(script(place, back, commands))
    path.write_text("new\n")
    return path


@contextmanager
def started(place: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sh", place / "undo", *words]) as process:
        yield process


def test_it_waits_until_the_writer_ended(place: Path) -> None:
    path = waiting(place)
    with alone(place), started(place) as back:
        with pytest.raises(subprocess.TimeoutExpired):
            back.wait(0.5)
        assert (path.read_text(), (place / "pending").is_dir()) == ("new\n", True)
    assert (back.returncode, path.read_text()) == (0, "old\n")


def test_a_writer_that_hangs_does_not_keep_the_old_state_away(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_undo, "WRITER_SECONDS", 0.3)
    path = waiting(place)
    with alone(place):
        noted = (place / "lock").read_text()
        with started(place) as back:
            assert back.wait(20) == 0
        # Who holds the lock is still to be read there.
        assert (place / "lock").read_text() == noted != ""
    assert path.read_text() == "old\n"


@pytest.mark.parametrize("word", ["boot", "held", "again"])
def test_with_a_word_it_waits_for_no_writer(place: Path, word: str) -> None:
    path = waiting(place)
    with alone(place), started(place, word) as back:
        assert back.wait(5) == 0
    assert path.read_text() == "old\n"


def test_a_boot_waits_for_no_other_script_either(place: Path) -> None:
    path = waiting(place)
    held = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with started(place, "boot") as back:
            assert back.wait(5) == 0
    finally:
        os.close(held)
    assert path.read_text() == "old\n"


@pytest.mark.parametrize("words", [("held", "again"), ("held", "held")])
def test_two_at_once_come_one_after_the_other(place: Path, words: tuple[str, str]) -> None:
    log = place.parents[1] / "log"
    path = waiting(place, [["sh", "-c", f"echo begin >>{log}; sleep 0.5; echo end >>{log}"]])
    with started(place, words[0]) as one:
        while not log.exists():
            time.sleep(0.02)
        with started(place, words[1]) as other:
            assert other.wait(20) == 0
        assert one.wait(20) == 0
    # The one that came later finds nothing to do, unless it is asked to do it again.
    assert log.read_text() == "begin\nend\n" * (2 if "again" in words else 1)
    assert (path.read_text(), (place / "undone").is_dir()) == ("old\n", True)


def test_what_was_still_written_behind_it_goes_back_too(place: Path) -> None:
    path = waiting(place)
    with started(place) as first:
        assert first.wait(20) == 0
    path.write_text("written late\n")
    with started(place, "held") as nothing:
        assert nothing.wait(20) == 0
    assert path.read_text() == "written late\n"
    with started(place, "again") as again:
        assert again.wait(20) == 0
    assert path.read_text() == "old\n"


def test_what_a_command_leaves_running_holds_no_lock(place: Path) -> None:
    seen = place.parents[1] / "seen"
    waiting(place, [["sh", "-c", f"ls -l /proc/self/fd >{seen}"]])
    with alone(place):
        pass
    with started(place) as back:
        assert back.wait(20) == 0
    assert "/proc/" in seen.read_text()
    assert str(place) not in seen.read_text()


def test_a_leftover_that_is_a_link_is_not_written_through(place: Path) -> None:
    path = waiting(place)
    other = path.with_name("other")
    other.write_text("other's\n")
    path.with_name("a.conf.holdfast-undo").symlink_to(other)
    with started(place) as back:
        assert back.wait(20) == 0
    assert (path.read_text(), other.read_text(), path.is_symlink()) == ("old\n", "other's\n", False)


@pytest.mark.parametrize(
    ("below", "word", "reloads"),
    [(True, ["boot"], True), (True, ["held"], False), (False, ["boot"], False)],
)
def test_a_boot_has_units_made_of_the_old_files(
    place: Path, monkeypatch: pytest.MonkeyPatch, below: bool, word: list[str], reloads: bool
) -> None:
    root = place.parents[1]
    if below:
        monkeypatch.setattr(guard_undo, "READ_BY_GENERATORS", (root,))
    path = waiting(place)
    told = root / "told"
    (root / "bin").mkdir()
    (root / "bin/systemctl").write_text(f'#!/bin/sh\necho "$@" >{told}; cat {path} >>{told}\n')
    (root / "bin/systemctl").chmod(0o755)
    environment = os.environ | {"PATH": f"{root}/bin:{os.environ['PATH']}"}
    assert subprocess.run(["sh", place / "undo", *word], env=environment, check=False).returncode == 0
    assert (told.read_text() if told.exists() else "") == ("daemon-reload\nold\n" if reloads else "")


def test_sshd_and_systemd_are_what_generators_read() -> None:
    assert {str(path) for path in guard_undo.READ_BY_GENERATORS} == {"/etc/ssh", "/etc/systemd"}
