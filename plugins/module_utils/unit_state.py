# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""When does a systemd unit have to be restarted: decided from what runs, so that no interrupted run can forget it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

WANTED = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}
PROPERTIES = (*WANTED, "MainPID")


def parse_show(text: str) -> dict[str, str]:
    """Return the properties that ``systemctl show`` printed, one ``Name=value`` a line."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def booted_at() -> float:
    """Return when the kernel booted, seconds since the epoch, to the precision of its clocks."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def started_at(pid: int, booted: float, root: str = "/proc") -> float | None:
    """Return when a process started, seconds since the epoch, or None where it is gone.

    proc_pid_stat(5): field 22 is the start in clock ticks after boot.
    """
    try:
        ticks = int(Path(root, str(pid), "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None
    return booted + ticks / os.sysconf("SC_CLK_TCK")


# A start is counted in ticks of 10 ms, and the two clocks are read one after the other.
PRECISION_SECONDS = 0.05


def newer(paths: Sequence[str], since: float | None) -> list[str]:
    """Return the files that were changed after a moment; all that exist where the moment is not known."""
    present = [path for path in paths if Path(path).exists()]
    return [path for path in present if since is None or Path(path).stat().st_mtime >= since - PRECISION_SECONDS]


def actions(show: Mapping[str, str], stale: Sequence[str], *, enabled: bool) -> list[str]:
    """Return the systemctl verbs that bring a unit to running, enabled, and newer than its files."""
    verbs = ["enable"] if enabled and show.get("UnitFileState") != "enabled" else []
    if show.get("ActiveState") != "active":
        return [*verbs, "start"]
    return [*verbs, "restart"] if stale else verbs
