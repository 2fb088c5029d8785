# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The lock of a guard: refused at once where a run holds it, waited for where the way back does, free after a kill."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import GuardError, alone

HOLDER = """
import sys, time
from pathlib import Path
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "guard/demo"


@pytest.fixture
def holder(place: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process that holds the lock."""
    words = [sys.executable, "-c", HOLDER, str(place)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_another_run_is_refused_at_once_and_told_who_it_is(place: Path, holder: subprocess.Popen[str]) -> None:
    began = time.monotonic()
    said = rf"another run changes demo now \(process {holder.pid}, since 2"
    with pytest.raises(GuardError, match=said), alone(place):
        pass
    assert time.monotonic() - began < 5


def test_a_run_that_was_killed_blocks_nobody(place: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with alone(place, waits=0):
        assert str(os.getpid()) in (place / "lock").read_text()


def test_a_way_back_is_waited_for(place: Path) -> None:
    place.mkdir(parents=True)
    words = ["flock", str(place / "lock"), "sh", "-c", "echo held; sleep 0.5"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as back:
        assert back.stdout is not None
        back.stdout.readline()
        with pytest.raises(GuardError, match="way back of demo does not end"), alone(place, waits=0.1):
            pass
        with alone(place):
            assert back.wait() == 0


def test_it_is_free_again_and_nobody_is_noted(place: Path) -> None:
    for _ in range(2):
        with alone(place):
            assert str(os.getpid()) in (place / "lock").read_text()
        assert (place / "lock").read_text() == ""
    assert oct(place.stat().st_mode & 0o777) == "0o700"


def test_a_program_that_stays_does_not_keep_it(place: Path) -> None:
    with alone(place):
        left = subprocess.Popen(["sleep", "60"])
    try:
        with alone(place, waits=0):
            assert left.poll() is None
    finally:
        left.kill()
        left.wait()
