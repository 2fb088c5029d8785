# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Sessions, in a made-up /proc and in the real one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import login

TICKS = os.sysconf("SC_CLK_TCK")


def process(root: Path, pid: int, name: str, parent: int, started: float) -> None:
    """Write what proc_pid_stat(5) shows of a process."""
    fields = ["S", str(parent), *["0"] * 17, str(int(started * TICKS)), *["0"] * 30]
    (root / str(pid)).mkdir()
    (root / str(pid) / "stat").write_text(f"{pid} ({name}) {' '.join(fields)}\n")


@pytest.mark.parametrize(
    ("names", "began"),
    [
        # The daemon, its session, what it runs: the session counts, whose process is the daemon's child.
        (["systemd", "sshd", "sshd", "sh", "python3"], 3.0),
        (["systemd", "sshd", "sshd-session", "sshd-session", "sudo", "sudo", "python3"], 4.0),
        # A program whose name holds a bracket, and one that only begins like the server.
        (["systemd", "sshd", "sshd-session", "a) b", "sshd-agent", "python3"], 3.0),
        (["systemd", "cron", "python3"], None),
        (["systemd", "containerd-shim", "sh"], None),
    ],
)
def test_a_session_is_the_nearest_server_above(tmp_path: Path, names: list[str], began: float | None) -> None:
    for number, name in enumerate(names, start=1):
        process(tmp_path, number, name, number - 1, float(number))
    assert login.session_began(len(names), tmp_path) == began


def test_a_process_that_is_gone_ends_the_search(tmp_path: Path) -> None:
    process(tmp_path, 9, "sh", 8, 1.0)
    assert login.session_began(9, tmp_path) is None


def test_this_process_is_found() -> None:
    seen = login.read(os.getpid())
    assert seen is not None
    assert seen.parent == os.getppid()
    assert 0 < seen.started <= time.clock_gettime(time.CLOCK_BOOTTIME)
