# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the repositories have, of those that answer, for whoever wants to restore; and what the others say."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_info,
    backup_postgres,
    backup_restore,
    backup_timeline,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import STANZA, Engine, FailedError, checked
from ansible_collections.holdfast.host.plugins.module_utils.backup_info import Backup, Stanza
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_timeline import Line
from ansible_collections.holdfast.host.plugins.module_utils.command import Result


@dataclass(frozen=True, kw_only=True)
class Known:
    """A repository that answers. since: from when on every second can be reached, seconds since the epoch.

    there: the segments that it has, as timeline and number. came: when each of them did.
    """

    stanza: Stanza
    lines: list[Line]
    since: int | None
    there: frozenset[tuple[int, int]] = frozenset()
    came: Mapping[tuple[int, int], float] = field(default_factory=dict)

    def end(self) -> tuple[int, int]:
        """Return how far its log goes: the newest timeline, and the newest segment of that."""
        return max(self.there, default=(0, 0))

    def gap(self) -> list[str]:
        """Return the segments without which its newest backup does not lead to the newest state."""
        last = backup_timeline.best(self.stanza, self.lines[-1])
        wanted = last.wal_start if last else ""
        return backup_info.missing(set(self.there), wanted, left=self.lines[-1].left) if wanted else []

    def lacks(self, backup: Backup, line: Line, until: int | None = None) -> list[str]:
        """Return the segments that are missing between a backup and a segment of a timeline, without one its end."""
        last = max((number for on, number in self.there if on == line.number), default=-1)
        if not backup.wal_start or last < 0:
            return []
        # It is no state of the database before its own end.
        own = backup_info.position(backup.wal_stop)[1]
        stop = max(own, last if until is None else min(until, last))
        return backup_info.missing(
            set(self.there), backup.wal_start, backup_info.name(line.number, stop), left=line.left
        )

    def leads_until(self, missing: str, line: Line) -> float:
        """Return when the last segment before one that is missing came: what was committed later is not in it."""
        number = backup_info.position(missing)[1] - 1
        return self.came.get((backup_info.due(number, line.number, line.left), number), 0)


def known(engine: Engine, settings: Settings, now: float) -> list[Known]:
    """Return what the repositories have that answer. Raises FailedError where none does."""
    return survey(engine, settings, now)[0]


def survey(engine: Engine, settings: Settings, now: float) -> tuple[list[Known], list[Stanza]]:
    """Return what the repositories have that answer, and the others. Raises FailedError where none does."""

    def ask(*words: str) -> Result:
        return backup_restore.alone(engine, settings, *words)

    found = backup_postgres.stanzas(engine, settings.repositories, ask)
    answering = [each for each in found if each.code != -1]
    if not answering:
        raise FailedError("no repository answers:\n" + "\n".join(each.message for each in found))
    begins = now - settings.keep.wal_seconds
    silent = [each for each in found if each.code == -1]
    return [_known(engine, settings, each, begins) for each in answering], silent


def _known(engine: Engine, settings: Settings, whole: Stanza, begins: float) -> Known:
    stanza = whole
    at = (f"--repo={stanza.repository}", "--output=json")
    if stanza.backups:
        said = backup_restore.alone(engine, settings, *at, "repo-ls", f"backup/{STANZA}")
        # What is listed there and is gone serves nobody.
        stanza, _ = backup_info.kept(stanza, json.loads(checked(said, "the backups").out))
    if not stanza.archive:
        lines = backup_timeline.lines(stanza.backups, {})
        return Known(stanza=stanza, lines=lines, since=backup_timeline.since(whole, begins))
    place = f"archive/{STANZA}/{stanza.archive}"
    said = backup_restore.alone(engine, settings, *at, "--recurse", "repo-ls", place)
    listed = json.loads(checked(said, "the log").out)
    found = backup_timeline.histories(listed)
    texts = backup_restore.texts(engine, settings, stanza.repository, [f"{place}/{path}" for path, _ in found.values()])
    histories = {number: (time, text) for (number, (_, time)), text in zip(found.items(), texts, strict=True)}
    lines = backup_timeline.lines(stanza.backups, histories)
    came = {at: float(each.get("time", 0)) for path, each in listed.items() for at in backup_info.segments([path])}
    since = backup_timeline.since(whole, begins, came)
    return Known(stanza=stanza, lines=lines, since=since, there=frozenset(came), came=came)


def size(engine: Engine, settings: Settings) -> int:
    """Return the bytes of the cluster in its newest backups. Raises FailedError where no repository answers."""
    return max(
        (one.stanza.backups[-1].size for one in known(engine, settings, time.time()) if one.stanza.backups), default=0
    )


def when(seconds: float) -> str:
    """Return a moment for people."""
    return datetime.fromtimestamp(int(seconds), tz=timezone.utc).isoformat(sep=" ")
