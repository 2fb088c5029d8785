# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""When each kind of backup work is done, and what that keeps. Calendars are systemd's (systemd.time(7)), in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import DAY, Backup

# All kinds of work that a timer ever does: where one is not declared, its timer ends.
WORKS = ("files", "readable", "truth", "full", "incr", "dumps", "drill")


@dataclass(frozen=True, kw_only=True)
class Every:
    """How often, in systemd's words and in seconds. jitter_seconds: nobody's storage is asked at once by everybody."""

    calendar: str
    seconds: int
    jitter_seconds: int


EVERY = {
    "hourly": Every(calendar="*-*-* *:{minute:02}:00 UTC", seconds=3600, jitter_seconds=300),
    "daily": Every(calendar="*-*-* {hour:02}:{minute:02}:00 UTC", seconds=DAY, jitter_seconds=1800),
    "weekly": Every(calendar="Sun *-*-* {hour:02}:{minute:02}:00 UTC", seconds=7 * DAY, jitter_seconds=1800),
    "monthly": Every(calendar="Sun *-*-01..07 {hour:02}:{minute:02}:00 UTC", seconds=31 * DAY, jitter_seconds=1800),
}


def timers(backup: Backup, *, archived: bool) -> list[dict[str, Any]]:
    """Return the timers: work (the word that the program takes), calendar, jitter_seconds, every_seconds, reason.

    archived: whether PostgreSQL is among what is backed up.
    """
    found = [
        _row("files", backup.files, backup.at, 30, "copies Redis, volumes and the host's own files"),
        _row("readable", "weekly", backup.at, 240, "reads what lies there, whole"),
        {
            "work": "truth",
            "calendar": "*:0/5",
            "jitter_seconds": 30,
            "every_seconds": 300,
            "reason": "reads from the repositories what is there, for verify and metrics",
        },
    ]
    if archived:
        found += [
            _row("full", backup.full, backup.at, 0, "a full backup"),
            _row("incr", backup.incremental, backup.at, 720, "what changed since the last backup"),
            _row("dumps", backup.dumps, backup.at, 60, "an export of each database"),
            _row("drill", backup.drill, backup.at, 120, "restores to a random second and compares"),
        ]
    return [each for each in found if each]


def _row(work: str, every: str, at: str, minutes: int, why: str) -> dict[str, Any]:
    """Return a timer, nothing where the work is never done. minutes: how much later than the day's work begins."""
    if every == "never":
        return {}
    hours, minute = map(int, at.split(":"))
    start = (hours * 60 + minute + minutes) % 1440
    calendar = EVERY[every].calendar.format(hour=start // 60, minute=start % 60)
    return {
        "work": work,
        "calendar": calendar,
        "jitter_seconds": EVERY[every].jitter_seconds,
        "every_seconds": EVERY[every].seconds,
        "reason": why,
    }


def windows(backup: Backup) -> list[str]:
    """Return in words how far back the host can be taken; the two windows are told apart."""
    full, log = backup.keep.full / DAY, backup.keep.wal / DAY
    return [
        f"any second of the last {log:g} days",
        f"the end of each {backup.full} full backup of the last {full:g} days; its log is kept as far as it needs it",
    ]
