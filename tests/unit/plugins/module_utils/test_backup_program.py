# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The program does one work, alone where it has to be, and says on standard error why it could not."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_asked,
    backup_beside,
    backup_report,
    backup_settings,
    backup_truth,
)
from ansible_collections.holdfast.host.plugins.module_utils import backup_program as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_asked import UnconfirmedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from tests.unit.plugins.module_utils.backup_world import installed, settings


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Have settings, and be root."""
    return installed(tmp_path, monkeypatch)


def test_each_timer_has_its_work() -> None:
    assert {"full", "incr", "dumps", "files", "truth", "readable"} <= set(subject.WORKS)


def test_one_work_is_done(known: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Settings] = []

    def work(given: Settings, _words: argparse.Namespace) -> None:
        seen.append(given)

    monkeypatch.setitem(subject.WORKS, "truth", work)
    assert subject.main(["truth"]) == 0
    assert seen == [known]


@pytest.mark.parametrize("problem", [FailedError("no room"), OSError("no room"), ValueError("no room")])
def test_what_fails_is_told(
    known: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: Exception
) -> None:
    def work(_given: Settings, _words: argparse.Namespace) -> None:
        raise problem

    assert known
    monkeypatch.setitem(subject.WORKS, "full", work)
    assert subject.main(["full"]) == 1
    assert capsys.readouterr().err == "holdfast-backup: full: no room\n"


def test_nobody_else_than_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert subject.main(["truth"]) == 1
    assert "only root" in capsys.readouterr().err


def test_the_timer_of_the_truth_works_without_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(tmp_path, postgres=None, metrics=str(tmp_path / "backup.prom"))
    monkeypatch.setattr(backup_settings, "load", lambda: made)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda *_: None)
    assert subject.main(["truth"]) == 0
    assert json.loads((tmp_path / backup_truth.FILE).read_text())["findings"] == []


def test_a_stack_without_postgresql_is_made_ready_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(tmp_path, postgres=None, metrics=str(tmp_path / "backup.prom"))
    copied: list[str] = []
    monkeypatch.setattr(backup_settings, "load", lambda: made)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda *_: None)
    monkeypatch.setattr(subject, "files", lambda *_: copied.append("files"))
    assert subject.main(["ready"]) == 0
    assert copied == ["files"]
    assert (tmp_path / backup_truth.FILE).exists()


def test_a_host_that_is_half_recovered_is_not_made_ready(known: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    Path(known.directory, "recovery.json").write_text('["redis"]')
    assert subject.main(["ready"]) == 1
    assert "a recovery was begun and did not end; redis would" in capsys.readouterr().err


def test_a_restore_that_is_not_confirmed_is_told_apart(
    known: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def unconfirmed(*_given: object) -> None:
        raise UnconfirmedError("all is lost")

    monkeypatch.setattr(subject, "alone", contextlib.nullcontext)
    monkeypatch.setattr(backup_asked, "give_back", unconfirmed)
    assert subject.main(["restore"]) == 3
    assert capsys.readouterr().out == "all is lost\n"
    assert backup_report.read_history(Path(known.directory)) == []
    assert subject.main(["restore", "--confirm", known.stack]) == 3
    assert backup_report.read_history(tmp_path)[0]["kind"] == "restore"


@pytest.mark.parametrize(("free", "swept"), [(True, ["drill"]), (False, [])])
def test_what_a_killed_drill_left_is_thrown_away_where_nobody_is_at_work(
    known: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: bool, swept: list[str]
) -> None:
    @contextlib.contextmanager
    def alone(*, waits: bool) -> Iterator[None]:
        assert not waits
        if not free:
            raise BlockingIOError
        yield

    seen: list[str] = []
    monkeypatch.setattr(subject, "alone", alone)
    monkeypatch.setattr(backup_beside, "sweep", lambda _engine, _stack, killed: seen.extend(killed))
    backup_report.begin(tmp_path, "drill", 1)
    assert known
    monkeypatch.setattr(backup_report.killed, "__defaults__", (lambda _pid: False,))
    assert subject.main(["resume"]) == 0
    assert seen == swept


def test_told_to_end_it_takes_back_what_it_has_begun(known: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    taken_back = []

    def work(_given: Settings, _words: argparse.Namespace) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        finally:
            taken_back.append("copy")

    assert known
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setitem(subject.WORKS, "drill", work)
    try:
        with pytest.raises(SystemExit, match="told to end"):
            subject.main(["drill"])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert taken_back == ["copy"]
