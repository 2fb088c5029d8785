# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The guard module the way Ansible calls it, on real files; the service manager only remembers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import files as written
from ansible_collections.holdfast.host.plugins.module_utils import former, guard_undo
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner
from ansible_collections.holdfast.host.plugins.module_utils.guard import Guard
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import alone
from ansible_collections.holdfast.host.plugins.modules import guard
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
STOP = "systemctl stop holdfast-guard-demo.timer holdfast-guard-demo.service"
ME = {"owner": str(os.getuid()), "group": str(os.getgid())}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have a guard below tmp_path, and return what the service manager was told."""
    told: list[str] = []
    real = runner()

    def run(command: Sequence[str], given: str = "") -> Result:
        if command[0] in ("systemctl", "systemd-run"):
            told.append(" ".join(command))
            return Result(status=0)
        return real(command, given)

    monkeypatch.setattr(guard, "Guard", partial(Guard, root=tmp_path / "guard", boot_unit=tmp_path / "boot.service"))
    monkeypatch.setattr(guard, "runner", lambda: run)
    return told


def change(path: Path, capfd: Capture, **options: Any) -> dict[str, Any]:
    files = [{"path": str(path), "content": "new\n", **ME}]
    return run_module(guard.main, capfd, **{"name": "demo", "files": files} | options)


def test_check_real_check_real(tmp_path: Path, capfd: Capture, calls: list[str]) -> None:
    path = tmp_path / "a.conf"
    foreseen = change(path, capfd, check=True)
    assert (foreseen["changed"], foreseen["token"], path.exists(), calls) == (True, "", False, [])
    done = change(path, capfd, commands=[["touch", str(tmp_path / "told")]])
    assert (done["paths"], done["confirmed"], path.read_text()) == ([str(path)], False, "new\n")
    assert (tmp_path / "told").exists()
    record = json.loads((tmp_path / "guard/demo/pending/record.json").read_text())
    assert record["token"] == done["token"]
    assert record["applied"] > 0
    assert any(call.startswith("systemd-run --unit=holdfast-guard-demo") for call in calls)


def test_what_is_as_wanted_starts_no_timer(tmp_path: Path, capfd: Capture, calls: list[str]) -> None:
    path = tmp_path / "a.conf"
    path.write_text("new\n")
    path.chmod(0o644)
    for check in (True, False):
        result = change(path, capfd, check=check)
        assert (result["changed"], result["paths"], result["token"]) == (False, [], "")
    assert calls == []


@pytest.mark.parametrize("which", ["check", "commands"])
def test_a_command_that_fails_puts_the_old_file_back(
    tmp_path: Path, capfd: Capture, calls: list[str], which: str
) -> None:
    path = tmp_path / "a.conf"
    path.write_text("old\n")
    words = ["sh", "-c", "grep -q old a.conf || { echo line 1: new is none >&2; exit 1; }"]
    words[2] = words[2].replace("a.conf", str(path))
    failed = change(path, capfd, **{which: [words]}) if which == "commands" else _checked(path, capfd, words)
    assert "The old state of demo was put back" in failed["msg"]
    assert "line 1: new is none" in failed["msg"]
    assert path.read_text() == "old\n"
    assert STOP in calls


def _checked(path: Path, capfd: Capture, words: list[str]) -> dict[str, Any]:
    # The word check means check mode to the helper; the option of that name is given beside it.
    files = [{"path": str(path), "content": "new\n", **ME}]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(guard.OWN, "check", {"type": "list", "elements": "list", "default": [words]})
        return run_module(guard.main, capfd, name="demo", files=files)


@pytest.mark.usefixtures("calls")
def test_what_an_interrupted_run_left_is_taken_back_first(tmp_path: Path, capfd: Capture) -> None:
    path = tmp_path / "a.conf"
    path.write_text("old\n")
    first = change(path, capfd)
    path.write_text("somebody's\n")
    files = [{"path": str(path), "content": "old\n", **ME}]
    second = run_module(guard.main, capfd, name="demo", files=files)
    assert first["token"]
    assert (second["changed"], path.read_text()) == (False, "old\n")
    assert not (tmp_path / "guard/demo/pending").exists()


@pytest.mark.usefixtures("calls")
def test_a_process_without_a_login_confirms_nothing(tmp_path: Path, capfd: Capture) -> None:
    token = change(tmp_path / "a.conf", capfd)["token"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "session_began", lambda _pid: None)
        failed = run_module(guard.main, capfd, name="demo", step="confirm", token=token)
    assert "proves no login" in failed["msg"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "session_began", lambda _pid: 1e12)
        assert run_module(guard.main, capfd, name="demo", step="confirm", token=token)["confirmed"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "../x"}, "name is a lower-case word"),
        ({"files": [{"path": "relative", "content": "x"}]}, "absolute path"),
        ({"files": [{"content": "x"}]}, "missing required arguments: path"),
        ({"absent": ["/a", "/a"]}, "is named once"),
    ],
)
def test_what_cannot_be_is_refused_before_anything(
    tmp_path: Path, capfd: Capture, calls: list[str], options: dict[str, Any], told: str
) -> None:
    failed = change(tmp_path / "a.conf", capfd, **options)
    assert told in failed["msg"]
    assert not (tmp_path / "a.conf").exists()
    assert calls == []


@pytest.mark.parametrize("check", [True, False])
def test_programs_that_hold_something_else_are_told_again(
    tmp_path: Path, capfd: Capture, calls: list[str], *, check: bool
) -> None:
    path, mark = tmp_path / "a.conf", tmp_path / "told"
    path.write_text("new\n")
    path.chmod(0o644)
    options: dict[str, Any] = {"commands": [["touch", str(mark)]], "current": [["test", "-e", str(mark)]]}
    first = change(path, capfd, check=check, **options)
    assert (first["changed"], first["paths"], bool(first["token"]), mark.exists()) == (True, [], not check, not check)
    if not check:
        (tmp_path / "guard/demo/pending").rename(tmp_path / "guard/demo/confirmed")
        second = change(path, capfd, **options)
        assert (second["changed"], second["token"]) == (False, "")
    assert bool(calls) == (not check)


def test_what_is_asked_for_no_more_goes_back_under_the_guard_too(
    tmp_path: Path, capfd: Capture, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "ROOT", tmp_path / "former")
    path, ledger = tmp_path / "a.conf", tmp_path / "former/access.json"
    path.write_text("vendor's\n")
    path.chmod(0o644)
    change(path, capfd, remember="access")
    (tmp_path / "guard/demo/pending").rename(tmp_path / "guard/demo/confirmed")
    noted = ledger.read_text()
    assert str(path) in noted
    done = change(path, capfd, remember="access", files=[])
    assert (done["paths"], path.read_text(), ledger.read_text()) == ([str(path)], "vendor's\n", "{}\n")
    # No login confirms it: with the file comes back what is known of it.
    assert subprocess.run(["sh", tmp_path / "guard/demo/undo"], check=False).returncode == 0
    assert (path.read_text(), ledger.read_text()) == ("new\n", noted)
    assert any(call.startswith("systemd-run") for call in calls)


def test_a_timer_that_fires_between_two_files_leaves_no_new_one(
    tmp_path: Path, capfd: Capture, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_undo, "WRITER_SECONDS", 0.2)
    names, real = ("a.conf", "b.conf", "c.conf"), written.apply
    slow = tmp_path / "b.conf"

    def apply(changes: Sequence[written.Change]) -> None:
        for change in changes:
            if change.entry.path == slow:
                assert subprocess.run(["sh", tmp_path / "guard/demo/undo"], check=False).returncode == 0
            real([change])

    monkeypatch.setattr(written, "apply", apply)
    for name in names:
        (tmp_path / name).write_text("old\n")
    files = [{"path": str(tmp_path / name), "content": "new\n", **ME} for name in names]
    failed = run_module(guard.main, capfd, name="demo", files=files)
    assert "The old state of demo was put back: the host took the change back before it was whole" in failed["msg"]
    assert {name: (tmp_path / name).read_text() for name in names} == dict.fromkeys(names, "old\n")
    assert calls[-1] == STOP


def test_a_second_run_is_refused_while_the_first_one_writes(tmp_path: Path, capfd: Capture, calls: list[str]) -> None:
    path = tmp_path / "a.conf"
    with alone(tmp_path / "guard/demo"):
        failed = change(path, capfd)
        assert change(path, capfd, check=True)["changed"], "a look needs no lock"
    assert f"another run changes demo now (process {os.getpid()}, since " in failed["msg"]
    assert (path.exists(), calls) == (False, [])
    assert change(path, capfd)["token"]


@pytest.mark.usefixtures("calls")
def test_the_login_of_a_run_confirms_no_change_of_the_next_one(
    tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "session_began", lambda _pid: 1e12)
    first = change(tmp_path / "a.conf", capfd)["token"]
    second = change(tmp_path / "b.conf", capfd)["token"]
    assert not (tmp_path / "a.conf").exists()
    failed = run_module(guard.main, capfd, name="demo", step="confirm", token=first)
    assert "another change of demo waits" in failed["msg"]
    assert run_module(guard.main, capfd, name="demo", step="confirm", token=second)["confirmed"]
