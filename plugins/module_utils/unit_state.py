# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""When does a systemd unit have to be restarted: decided from what runs, so that no interrupted run can forget it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

WANTED = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}
PROPERTIES = (*WANTED, "MainPID", "NeedDaemonReload")
# What several units are asked for at once.
ALL_PROPERTIES = (
    *PROPERTIES,
    "ConditionResult",
    "ConditionTimestampMonotonic",
    "ActiveEnterTimestampMonotonic",
    "FragmentPath",
)
# Where units that are ours lie.
OWN = "/etc/systemd/system"
# A unit that runs, one that is somebody else's and reads what we left, and one of ours that goes.
RUNNING, LEFT, GONE = "running", "left", "gone"
# Of a unit that was not enabled, but could be.
NOT_ENABLED = ("disabled", "")
RELOAD = "daemon-reload"
# The way to end a unit that refuses to be stopped.
KILL = ["kill"]


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
    verbs = [RELOAD] if show.get("NeedDaemonReload") == "yes" else []
    verbs += ["enable"] if enabled and show.get("UnitFileState") != "enabled" else []
    if show.get("ActiveState") != "active":
        return [*verbs, "start"]
    return [*verbs, "restart"] if stale else verbs


def parse_blocks(text: str, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return what ``systemctl show`` printed of several units: their properties by the names that were asked for."""
    return dict(zip(names, (parse_show(block) for block in text.strip().split("\n\n")), strict=True))


def began(show: Mapping[str, str], booted: float) -> float | None:
    """Return when a unit began to run, seconds since the epoch; None where it does not run.

    A unit without a process is as old as its state, which systemd counts in microseconds after boot.
    """
    pid, entered = int(show.get("MainPID") or 0), int(show.get("ActiveEnterTimestampMonotonic") or 0)
    if pid:
        return started_at(pid, booted)
    return booted + entered / 1e6 if entered else None


def settled(show: Mapping[str, str], *, background: bool) -> bool:
    """Tell whether a unit that is not active need not be: its own condition keeps it back, or it is about to be."""
    asked = int(show.get("ConditionTimestampMonotonic") or 0) > 0
    if asked and show.get("ConditionResult") == "no":
        return True
    return background and show.get("ActiveState") == "activating"


def steps(
    show: Mapping[str, str], stale: Sequence[str], *, background: bool, restart: Sequence[str]
) -> list[list[str]]:  # fmt: skip
    """Return the systemctl words that bring a unit to running, started at boot, and newer than its files."""
    verbs = [["enable"]] if show.get("UnitFileState") in NOT_ENABLED else []
    if show.get("ActiveState") != "active":
        start = ["start", "--no-block"] if background else ["start"]
        return verbs if settled(show, background=background) else [*verbs, start]
    return [*verbs, *([verb] for verb in restart)] if stale else verbs


def left(show: Mapping[str, str], stale: Sequence[str], *, restart: Sequence[str]) -> list[list[str]]:
    """Return the systemctl words that have a unit of somebody else's read its files anew, where it runs at all."""
    return [[verb] for verb in restart] if show.get("ActiveState") == "active" and stale else []


def gone(show: Mapping[str, str], name: str, *, linked: bool) -> list[list[str]]:
    """Return the systemctl words that end a unit of ours. One that a vendor has under the same name is left alone.

    linked: whether a target still asks for it.
    """
    if show.get("LoadState") == "loaded" and show.get("FragmentPath") != f"{OWN}/{name}":
        return []
    ends = [["stop"]] if show.get("ActiveState") in ("active", "activating", "reloading") else []
    # A timer whose file went has failed.
    ends += [["reset-failed"]] if show.get("ActiveState") == "failed" else []
    return [*ends, ["disable"]] if linked else ends


def linked(name: str, root: str = OWN) -> bool:
    """Tell whether a target asks for a unit, whether the unit is still there or not."""
    return any(os.path.lexists(place / name) for place in Path(root).glob("*.wants"))


def with_places(paths: Sequence[str]) -> list[str]:
    """Return files and the directories that they lie in: a file that is gone left its moment there alone."""
    return [*paths, *sorted({str(Path(path).parent) for path in paths})]
