# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How far a restore in place has come, kept on the host: one that was killed goes on, and one that is open is told."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import atomic, backup_report
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding

FILE = "restore.json"
# How far a restore has come: each of these is done once.
ASKED, SECURED, FETCHED, SERVED = "asked", "secured", "fetched", "served"
# Whoever killed it by mistake has begun it again by then.
OPEN_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A restore that is under way. asked: kind and value as they were given. stopped: containers, by id, that run again
    in the end. backup, timeline: what was chosen. lacking: which repositories have no last backup, in words.
    """

    asked: str
    repository: int
    backup: str
    timeline: int
    step: str = ASKED
    stopped: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def path(settings: Settings) -> Path:
    """Return where it is kept."""
    return Path(settings.directory, FILE)


def under_way(settings: Settings) -> Ledger | None:
    """Return the restore that was killed or failed, None where there is none. Raises OSError, ValueError."""
    try:
        found = json.loads(path(settings).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Ledger(**{**found, **{key: tuple(found.get(key, ())) for key in ("stopped", "lacking")}})


def age(settings: Settings, now: float) -> float:
    """Return how many seconds ago it came to its last step; 0 without one."""
    try:
        return now - path(settings).stat().st_mtime
    except FileNotFoundError:
        return 0


def keep(settings: Settings, ledger: Ledger) -> Ledger:
    """Have a step survive a kill, and return it."""
    owned = atomic.Owned(mode=0o600, uid=os.geteuid(), gid=os.getegid())
    atomic.write_file(path(settings), json.dumps(asdict(ledger)).encode(), owned)
    return ledger


def close(settings: Settings) -> None:
    """Forget a restore that has ended."""
    path(settings).unlink()


def of_ledger(settings: Settings) -> Iterator[Finding]:
    """Yield that a restore was begun and has not ended. One that a process still works at is none. Raises OSError."""
    since = age(settings, time.time())
    if since < OPEN_SECONDS or _works(settings):
        return
    rule = "a restore that was begun must come to its end"
    try:
        ledger = under_way(settings)
    except (ValueError, TypeError, KeyError) as problem:
        hint = f"remove {path(settings)}, and restore anew"
        yield Finding(path="backup.restore.open", value=str(problem), rule=rule, hint=hint, level=WARNING)
        return
    if ledger is not None:
        value = f"to {ledger.asked}, {ledger.step} {since / 3600:.1f} h ago"
        hint = f"holdfast-backup restore --to {ledger.asked} ends it; where all is as it should be, rm {path(settings)}"
        yield Finding(path="backup.restore.open", value=value, rule=rule, hint=hint, level=WARNING)


def _works(settings: Settings) -> bool:
    try:
        work = backup_report.read_state(Path(settings.directory)).get("restore")
    except ValueError:
        # Told by itself.
        return False
    return work is not None and work.result == backup_report.RUNNING and backup_report.lives(work.pid)
