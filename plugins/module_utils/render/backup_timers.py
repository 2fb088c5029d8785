# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The timers of backup work: those that run, and those of work that is never done, which end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.backup_schedule import WORKS
from ansible_collections.holdfast.host.plugins.module_utils.unit_state import GONE, OWN


def name(work: str) -> str:
    """Return the name of a work's timer."""
    return f"holdfast-backup-{work}.timer"


def file(work: Mapping[str, Any]) -> dict[str, str]:
    """Return the unit file of one timer. work: a row of the schedule."""
    lines = [
        "# Role: backup",
        "[Unit]",
        f"Description=Backups: {work['reason']}",
        "",
        "[Timer]",
        f"OnCalendar={work['calendar']}",
        f"RandomizedDelaySec={work['jitter_seconds']}",
        # Always the same moment on one host, another on the next.
        "FixedRandomDelay=true",
        f"Persistent={'false' if work['every_seconds'] < 3600 else 'true'}",
        f"Unit=holdfast-backup@{work['work']}.service",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return {"path": f"{OWN}/{name(work['work'])}", "content": "\n".join(lines)}


def _idle(schedule: Iterable[Mapping[str, Any]]) -> list[str]:
    done = {each["work"] for each in schedule}
    return [name(work) for work in WORKS if work not in done]


def absent(schedule: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the unit files of timers that a former declaration may have had, and this one has not."""
    return [f"{OWN}/{each}" for each in _idle(schedule)]


def units(schedule: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the timers as the units module takes them: the schedule's run, the others end."""
    names = [name(each["work"]) for each in schedule]
    # With them systemd reads what they start.
    found = [{"name": each, "reads": [f"{OWN}/{each}", f"{OWN}/holdfast-backup@.service"]} for each in names]
    return [*found, *({"name": each, "state": GONE} for each in _idle(schedule))]
