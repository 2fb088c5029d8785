# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""From which repository and which backup a target is reached; refused, with what can be reached, where from none."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_info,
    backup_postgres,
    backup_restore,
    backup_timeline,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import STANZA, Engine, FailedError, checked
from ansible_collections.holdfast.host.plugins.module_utils.backup_info import Backup, Stanza
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_timeline import Line
from ansible_collections.holdfast.host.plugins.module_utils.command import Result


@dataclass(frozen=True, kw_only=True)
class Known:
    """A repository that answers. since: from when on every second can be reached, seconds since the epoch.

    there: the segments that it has, as timeline and number.
    """

    stanza: Stanza
    lines: list[Line]
    since: int | None
    there: frozenset[tuple[int, int]] = frozenset()

    def end(self) -> tuple[int, int]:
        """Return how far its log goes: the newest timeline, and the newest segment of that."""
        return max(self.there, default=(0, 0))

    def gap(self) -> list[str]:
        """Return the segments without which its newest backup does not lead to the newest state."""
        last = backup_timeline.best(self.stanza, self.lines[-1])
        wanted = last.wal_start if last else ""
        return backup_info.missing(set(self.there), wanted, left=self.lines[-1].left) if wanted else []

    def lacks(self, backup: Backup, line: Line) -> list[str]:
        """Return the segments that are missing between a backup and the end of a timeline."""
        last = max((number for on, number in self.there if on == line.number), default=-1)
        if not backup.wal_start or last < 0:
            return []
        return backup_info.missing(
            set(self.there), backup.wal_start, backup_info.name(line.number, last), left=line.left
        )


def known(engine: Engine, settings: Settings, now: float) -> list[Known]:
    """Return what the repositories have that answer. Raises FailedError where none does."""

    def ask(*words: str) -> Result:
        return backup_restore.alone(engine, settings, *words)

    found = backup_postgres.stanzas(engine, settings.repositories, ask)
    answering = [each for each in found if each.code != -1]
    if not answering:
        raise FailedError("no repository answers:\n" + "\n".join(each.message for each in found))
    begins = now - settings.keep.wal_seconds
    return [_known(engine, settings, each, backup_timeline.since(each, begins)) for each in answering]


def _known(engine: Engine, settings: Settings, stanza: Stanza, since: int | None) -> Known:
    at = (f"--repo={stanza.repository}", "--output=json")
    if stanza.backups:
        said = backup_restore.alone(engine, settings, *at, "repo-ls", f"backup/{STANZA}")
        # What is listed there and is gone serves nobody.
        stanza, _ = backup_info.kept(stanza, json.loads(checked(said, "the backups").out))
    if not stanza.archive:
        return Known(stanza=stanza, lines=backup_timeline.lines(stanza.backups, {}), since=since)
    place = f"archive/{STANZA}/{stanza.archive}"
    said = backup_restore.alone(engine, settings, *at, "--recurse", "repo-ls", place)
    listed = json.loads(checked(said, "the log").out)
    found = backup_timeline.histories(listed)
    texts = backup_restore.texts(engine, settings, stanza.repository, [f"{place}/{path}" for path, _ in found.values()])
    histories = {number: (time, text) for (number, (_, time)), text in zip(found.items(), texts, strict=True)}
    lines = backup_timeline.lines(stanza.backups, histories)
    return Known(stanza=stanza, lines=lines, since=since, there=frozenset(backup_info.segments(listed)))


def size(engine: Engine, settings: Settings) -> int:
    """Return the bytes of the cluster in its newest backups. Raises FailedError where no repository answers."""
    return max(
        (one.stanza.backups[-1].size for one in known(engine, settings, time.time()) if one.stanza.backups), default=0
    )


def when(seconds: float) -> str:
    """Return a moment for people."""
    return datetime.fromtimestamp(int(seconds), tz=timezone.utc).isoformat(sep=" ")


def window(known_ones: list[Known]) -> str:
    """Return in words what can be reached."""
    since = [each.since for each in known_ones if each.since is not None]
    ends = sorted({each.stop: each.label for one in known_ones for each in one.stanza.fulls}.items())
    older = [f"{label} ({when(stop)})" for stop, label in ends if since and stop < min(since)]
    if not since:
        return "there is no full backup"
    more = f", and the ends of the full backups {', '.join(older)}: immediate LABEL" if older else ""
    return f"any second from {when(min(since) + 1)} until now can be reached{more}"


def _chosen(one: Known, target: Target) -> tuple[Backup | None, Line]:
    newest = one.lines[-1]
    if target.kind == "time":
        at = backup_restore.moment(target.value).timestamp()
        if one.since is None or at <= one.since:
            return None, newest
        line = backup_timeline.living(one.lines, at)
        return backup_timeline.best(one.stanza, line, before=at), line
    if target.kind == "lsn":
        return backup_timeline.best(one.stanza, newest, position=_position(target.value)), newest
    if target.kind == "immediate" and target.value:
        named = next((each for each in one.stanza.backups if each.label == target.value), None)
        number = backup_info.position(named.wal_stop)[0] if named and named.wal_stop else newest.number
        return named, next((each for each in one.lines if each.number == number), newest)
    if target.kind == "latest" and one.gap() and not target.gaps:
        # PostgreSQL takes a segment that is missing for the end of the log, and would serve what was before it.
        return None, newest
    return backup_timeline.best(one.stanza, newest), newest


def _position(text: str) -> int:
    try:
        return backup_info.lsn(text)
    except ValueError:
        raise FailedError(f"{text!r} is no position of the log, such as 0/3000028") from None


def _offers(found: list[Known], target: Target) -> Iterator[Target]:
    asked = [one for one in found if target.repository in (0, one.stanza.repository)]
    chosen = [(one, *_chosen(one, target)) for one in asked]
    reaching = [(one, backup, line) for one, backup, line in chosen if backup is not None]
    if target.kind == "latest":
        # All there is may be more in one repository than in another.
        reaching.sort(key=lambda each: (not each[0].gap(), each[0].end()), reverse=True)
    else:
        # Where a segment is missing it may be one on the way.
        reaching.sort(key=lambda each: bool(each[0].lacks(each[1], each[2])))
    for one, backup, line in reaching:
        yield replace(target, repository=one.stanza.repository, backup=backup.label, timeline=line.number)


def _why(found: list[Known], target: Target) -> str:
    gaps = [
        f"{', '.join(one.gap())} is missing from the log of repository {one.stanza.repository}"
        for one in found
        if one.gap()
    ]
    return "; ".join([*gaps, window(found)]) if target.kind == "latest" else window(found)


def choose(engine: Engine, settings: Settings, target: Target, now: float) -> Target:
    """Return a target with its repository, its backup and its timeline. Raises FailedError, with the window."""
    found = known(engine, settings, now)
    if target.kind == "time" and backup_restore.moment(target.value).timestamp() > now:
        raise FailedError(f"{target.value} has not been yet: {window(found)}")
    offer = next(_offers(found, target), None)
    if offer is None:
        raise FailedError(f"{target.kind} {target.value}".strip() + f" cannot be reached: {_why(found, target)}")
    return offer
