# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""dpkg's locks and interrupted packages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import dpkg
from ansible_collections.holdfast.host.plugins.module_utils.command import Result

LOCK = """
import fcntl, sys
with open(sys.argv[1], "w") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_and_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert dpkg.holder(str(lock)) is None
    lock.touch()
    assert dpkg.holder(str(lock)) is None
    command = [sys.executable, "-c", LOCK, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        found = dpkg.holder(str(lock))
        assert found is not None
        assert found.pid == process.pid
        assert sys.executable in found.process
        assert f"held by process {process.pid}" in dpkg.explain([found])
        process.communicate("")
    assert dpkg.holder(str(lock)) is None


def test_wait_until_free() -> None:
    one = dpkg.Holder(path="/l", pid=1, process="apt")
    answers = [[one], [one], []]
    first, seconds, left = dpkg.wait(5, lambda: answers.pop(0), 0.01)
    assert (first, left) == ([one], [])
    assert 0 < seconds < 5


def test_wait_gives_up() -> None:
    one = dpkg.Holder(path="/l", pid=1, process="apt")
    first, seconds, left = dpkg.wait(0.05, lambda: [one], 0.01)
    assert first == left == [one]
    assert 0.05 <= seconds < 1


def test_a_process_that_is_gone() -> None:
    assert dpkg.process_name(0) == "a process that cannot be seen from here"
    assert "pytest" in dpkg.process_name(os.getpid())


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("bash installed ok", None),
        ("old config-files ok", None),
        ("gone not-installed ok", None),
        ("a unpacked ok", "unpacked"),
        ("a half-configured ok", "half-configured"),
        ("a triggers-pending ok", "triggers-pending"),
        ("a half-installed reinstreq", "half-installed, must be installed again"),
        ("a installed reinstreq", "installed, must be installed again"),
    ],
)
def test_broken(line: str, state: str | None) -> None:
    assert dpkg.broken(line + "\n") == ({} if state is None else {"a": state})


@pytest.mark.parametrize(("names", "found"), [([], False), (["tmp.i"], False), (["0000", "tmp.i"], True)])
def test_journal(tmp_path: Path, names: list[str], found: bool) -> None:
    assert not dpkg.journal(str(tmp_path / "missing"))
    for name in names:
        (tmp_path / name).touch()
    assert dpkg.journal(str(tmp_path)) is found


def test_dpkg_that_fails_is_told() -> None:
    def run(command: Sequence[str], given: str) -> Result:
        assert (command, given) == (dpkg.LIST, "")
        return Result(status=2, err="no list")

    with pytest.raises(OSError, match="no list"):
        dpkg.unfinished(run)
