# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""From which repository and which backup a target is reached; refused, with what can be reached, where from none."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a repository leads to a target. backup: None where it has none for it. missing: the segments on the way."""

    one: Known
    backup: Backup | None
    line: Line
    missing: tuple[str, ...] = ()


def known(engine: Engine, settings: Settings, now: float) -> list[Known]:
    """Return what the repositories have that answer. Raises FailedError where none does."""

    def ask(*words: str) -> Result:
        return backup_restore.alone(engine, settings, *words)

    found = backup_postgres.stanzas(engine, settings.repositories, ask)
    answering = [each for each in found if each.code != -1]
    if not answering:
        raise FailedError("no repository answers:\n" + "\n".join(each.message for each in found))
    begins = now - settings.keep.wal_seconds
    return [_known(engine, settings, each, begins) for each in answering]


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


def window(known_ones: list[Known]) -> str:
    """Return in words what can be reached."""
    since = [each.since for each in known_ones if each.since is not None]
    ends = sorted({each.stop: each.label for one in known_ones for each in one.stanza.fulls}.items())
    older = [f"{label} ({when(stop)})" for stop, label in ends if since and stop < min(since)]
    if not since:
        return "there is no full backup"
    more = f", and the ends of the full backups {', '.join(older)}: immediate LABEL" if older else ""
    return f"any second from {when(min(since) + 1)} until now can be reached{more}"


def _way(one: Known, target: Target) -> Way:
    newest = one.lines[-1]
    if target.kind == "name":
        return _named(one, target.backup)
    if target.backup:
        alone = tuple(each for each in one.stanza.backups if each.label == target.backup)
        one = replace(one, stanza=replace(one.stanza, backups=alone))
    if target.kind == "immediate":
        return _end_of(one, target.value)
    if target.kind == "time":
        at = backup_restore.moment(target.value).timestamp()
        if one.since is None or at <= one.since:
            return Way(one=one, backup=None, line=newest)
        line = backup_timeline.living(one.lines, at)
        return _whole(one, backup_timeline.best(one.stanza, line, before=at), line, at=at)
    if target.kind == "lsn":
        position = _position(target.value)
        found = backup_timeline.best(one.stanza, newest, position=position)
        return _whole(one, found, newest, until=position // backup_info.SEGMENT_BYTES)
    # PostgreSQL takes a segment that is missing for the end of the log, and would serve what was before it.
    missing = () if target.gaps else tuple(one.gap())
    return Way(one=one, backup=backup_timeline.best(one.stanza, newest), line=newest, missing=missing)


def _end_of(one: Known, label: str) -> Way:
    newest = one.lines[-1]
    if not label:
        return _whole(one, backup_timeline.best(one.stanza, newest), newest, until=0)
    named = next((each for each in one.stanza.backups if each.label == label), None)
    number = backup_info.position(named.wal_stop)[0] if named and named.wal_stop else newest.number
    return _whole(one, named, next((each for each in one.lines if each.number == number), newest), until=0)


def _named(one: Known, label: str) -> Way:
    """Return the way to a point whose name is in the log and nowhere else: the whole log, from the oldest backup on.

    A backup that is newer than the point would never come to it. label: of the backup that somebody names instead; then
    a gap may lie behind the point, which nobody knows.
    """
    newest = one.lines[-1]
    if label:
        named = next((each for each in one.stanza.backups if each.label == label), None)
        leading = [each for each in one.lines if named and backup_timeline.leads_to(named, each)]
        return Way(one=one, backup=named if leading else None, line=(leading or [newest])[-1])
    way = Way(one=one, backup=None, line=newest)
    for each in one.stanza.backups:
        if backup_timeline.leads_to(each, newest) and not (way := _whole(one, each, newest)).missing:
            break
    return way


def _whole(one: Known, backup: Backup | None, line: Line, *, until: int | None = None, at: float | None = None) -> Way:
    """Return a way, with what is missing on it. until: the segment in which it ends, without one that of the log.

    at: the moment at which it ends, in a segment that nobody knows. What came by then holds nothing later; so the way
    leads through a gap where all that lies before it had come.
    """
    missing = one.lacks(backup, line, until) if backup else []
    if backup and missing and at is not None:
        beyond = backup_info.position(missing[0])[1] > backup_info.position(backup.wal_stop)[1]
        missing = [] if beyond and one.leads_until(missing[0], line) > at else missing
    return Way(one=one, backup=backup, line=line, missing=tuple(missing))


def _position(text: str) -> int:
    try:
        return backup_info.lsn(text)
    except ValueError:
        raise FailedError(f"{text!r} is no position of the log, such as 0/3000028") from None


def _offers(ways: list[Way], target: Target) -> Iterator[Target]:
    reaching = [(way, way.backup) for way in ways if way.backup is not None and not way.missing]
    if target.kind == "latest":
        # All there is may be more in one repository than in another.
        reaching.sort(key=lambda each: (not each[0].one.gap(), each[0].one.end()), reverse=True)
    if target.kind == "name":
        reaching.sort(key=lambda each: each[1].stop)
    for way, backup in reaching:
        number = way.one.stanza.repository
        yield replace(target, repository=number, backup=backup.label, timeline=way.line.number)


def _why(found: list[Known], ways: list[Way]) -> str:
    gaps = []
    for way in ways:
        if way.backup is None or not way.missing:
            continue
        text = f"{', '.join(way.missing)} is missing from the log of repository {way.one.stanza.repository}"
        if until := way.one.leads_until(way.missing[0], way.line):
            text += f", which leads from backup {way.backup.label} until {when(until)} at most"
        gaps.append(text)
    return "; ".join([*gaps, f"{'otherwise ' if gaps else ''}{window(found)}"])


def choose(engine: Engine, settings: Settings, target: Target, now: float) -> Target:
    """Return a target with its repository, its backup and its timeline. Raises FailedError, with the window."""
    found = known(engine, settings, now)
    if target.kind == "time" and backup_restore.moment(target.value).timestamp() > now:
        raise FailedError(f"{target.value} has not been yet: {window(found)}")
    ways = [_way(one, target) for one in found if target.repository in (0, one.stanza.repository)]
    offer = next(_offers(ways, target), None)
    if offer is None:
        raise FailedError(f"{target.kind} {target.value}".strip() + f" cannot be reached: {_why(found, ways)}")
    return offer
