# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""When did the login begin that this process runs in: read from the processes above it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# OpenSSH 9.8 and later have a program of its own for each session.
SERVERS = frozenset({"sshd", "sshd-session"})


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process. started: seconds since the boot."""

    pid: int
    name: str
    parent: int
    started: float


def read(pid: int, root: Path = Path("/proc")) -> Process | None:
    """Return a process, None where it is gone. proc_pid_stat(5): fields 2, 4 and 22."""
    try:
        head, _, tail = (root / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")
    except OSError:
        return None
    fields = tail.split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return Process(pid=pid, name=head.partition("(")[2], parent=int(fields[1]), started=started)


def above(pid: int, root: Path = Path("/proc")) -> Iterator[Process]:
    """Yield a process and those above it, the nearest first."""
    seen = read(pid, root)
    while seen is not None:
        yield seen
        seen = read(seen.parent, root) if seen.parent else None


def session_began(pid: int, root: Path = Path("/proc")) -> float | None:
    """Return when the SSH session of a process began, seconds since the boot; None where there is no SSH above it.

    The nearest SSH server above is the session's own process: it is forked for the connection.
    """
    return next((each.started for each in above(pid, root) if each.name in SERVERS), None)
