# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kill whatever Ansible runs on this host at the moment, with all that it has started."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

POLL_SECONDS = 0.02


def table() -> dict[int, tuple[int, str, str]]:
    """Return parent, name and command line of every process by its id."""
    found = {}
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        try:
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            # proc_pid_stat(5): the name stands in brackets and may hold anything; state and parent follow it.
            name, _, rest = (place / "stat").read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = rest.split()[:2]
        if state != "Z":
            found[int(place.name)] = (int(parent), name, " ".join(words.split())[:120])
    return found


def logins(processes: dict[int, tuple[int, str, str]]) -> set[int]:
    """Return the processes of sshd that serve a login: what they started is ours to kill, they are not."""
    return {pid for pid, (_, name, words) in processes.items() if name.startswith("sshd") and "@" in words}


def below(parents: set[int], processes: dict[int, tuple[int, str, str]]) -> set[int]:
    """Return every process under the given ones."""
    found: set[int] = set()
    new = parents
    while new:
        new = {pid for pid, (parent, _, _) in processes.items() if parent in new} - found - parents
        found |= new
    return found


def kill_modules(seconds: float) -> list[str]:
    """Wait until a module runs, kill it and its children, and return their command lines; none where none came."""
    deadline = time.monotonic() + seconds
    killed: dict[int, str] = {}
    doomed: set[int] = set()
    while not doomed and time.monotonic() < deadline:
        processes = table()
        doomed = below(logins(processes), processes)
        if not any(processes[pid][1].startswith("python") for pid in doomed):
            doomed = set()
            time.sleep(POLL_SECONDS)
    # A child that was started between reading the table and the signal has lost its parent: so its parents stop first.
    while doomed:
        for pid in doomed:
            os.kill(pid, signal.SIGSTOP)
        processes = table()
        more = below(doomed, processes) - doomed
        if more:
            doomed |= more
            continue
        for pid in sorted(doomed):
            killed[pid] = processes.get(pid, (0, "", "ended by itself"))[2]
            os.kill(pid, signal.SIGKILL)
        doomed = set()
    return list(killed.values())
