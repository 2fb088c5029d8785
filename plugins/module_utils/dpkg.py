# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""dpkg's locks and interrupted packages: who holds the ones, what state the others are in, what mends them."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run

# dpkg and apt take them in this order; the first is held for the whole of an apt run.
LOCKS = (
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/lock",
    "/var/lib/apt/lists/lock",
    "/var/cache/apt/archives/lock",
)
JOURNAL = "/var/lib/dpkg/updates"
LIST = ("dpkg-query", "--show", "--showformat", "${binary:Package} ${db:Status-Status} ${db:Status-Eflag}\n")
# dpkg(1), "Package states": those that only an interrupted or failed run leaves.
_UNFINISHED = ("half-installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending")
_KEEP = ("--force-confdef", "--force-confold")
CONFIGURE = ("dpkg", "--configure", "-a", *_KEEP)
MEND = ("apt-get", "-f", "install", "-y", *(word for option in _KEEP for word in ("-o", f"Dpkg::Options::={option}")))
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "DEBCONF_NOWARNINGS": "yes", "NEEDRESTART_SUSPEND": "1"}

# struct flock on 64-bit Linux: l_type, l_whence, l_start, l_len, l_pid, padding.
_FLOCK = "hhqqi4x"
_POLL_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a lock. pid is 0 where the process lies outside our PID namespace."""

    path: str
    pid: int
    process: str

    def as_dict(self) -> dict[str, Any]:
        """Return the holder as a JSON-able dict."""
        return asdict(self)


def holder(path: str) -> Holder | None:
    """Return who holds the lock at ``path``, None where nobody does or the file is not there. Raises OSError.

    The lock is asked for, not taken: taking it for a moment could make apt fail.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    finally:
        os.close(descriptor)
    return None if kind == fcntl.F_UNLCK else Holder(path=path, pid=pid, process=process_name(pid))


def process_name(pid: int, proc: Path = Path("/proc")) -> str:
    """Return name and arguments of a process, at most 200 characters."""
    try:
        words = (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return " ".join(words.split())[:200] or (proc / str(pid) / "comm").read_text().strip()
    except OSError:
        return "a process that cannot be seen from here"


def holders(locks: Sequence[str] = LOCKS) -> list[Holder]:
    """Return who holds the locks, one entry for each lock that is held. Raises OSError."""
    return [found for found in map(holder, locks) if found]


def wait(
    timeout_seconds: float, find: Callable[[], list[Holder]] = holders, poll_seconds: float = _POLL_SECONDS
) -> tuple[list[Holder], float, list[Holder]]:
    """Wait until nobody holds a lock. Return who did at first, the seconds that passed, and who still does."""
    start = time.monotonic()
    first = left = find()
    while left and time.monotonic() - start < timeout_seconds:
        time.sleep(min(poll_seconds, timeout_seconds))
        left = find()
    return first, time.monotonic() - start, left


def explain(found: Sequence[Holder]) -> str:
    """Return who holds what, for people."""
    return "; ".join(f"{entry.path} is held by process {entry.pid} ({entry.process})" for entry in found)


def broken(listing: str) -> dict[str, str]:
    """Return the state of each unfinished package from the output of LIST."""
    states = {}
    for line in listing.splitlines():
        name, state, flag = [*line.split(), "", ""][:3]
        if state in _UNFINISHED or flag == "reinstreq":
            states[name] = state if flag != "reinstreq" else f"{state}, must be installed again"
    return states


def journal(directory: str = JOURNAL) -> bool:
    """Return whether dpkg left changes that it has not merged into its list. Raises OSError."""
    place = Path(directory)
    # dpkg's own rule: its entries are named with digits alone.
    return place.is_dir() and any(entry.name.isdigit() for entry in place.iterdir())


def unfinished(run: Run) -> tuple[dict[str, str], bool]:
    """Return the unfinished packages and whether the journal is unmerged. Raises OSError where dpkg fails."""
    listed = run(LIST, "")
    if listed.status != 0:
        raise OSError(listed.status, listed.message(), LIST[0])
    return broken(listed.out), journal()


# Long enough for the largest package on a slow disk; a hang must end all the same.
MEND_SECONDS = 1800


def mend(run: Run) -> str:
    """Run what mends interrupted packages. Return an empty text, or what is left and why. Raises OSError.

    run: bounded by MEND_SECONDS, with ENVIRONMENT.
    """
    # A package that must be unpacked again cannot be configured, so the first may fail and the second mend it.
    results = [run(command, "") for command in (CONFIGURE, MEND)]
    left, unmerged = unfinished(run)
    if not left and not unmerged and results[-1].status == 0:
        return ""
    said = "\n".join(result.message() for result in results if result.status != 0)
    return f"The packages could not be mended: {left or 'unmerged journal'}\n{said}"
