# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""From which repository and which backup a target is reached; refused, with what can be reached, where from none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_info,
    backup_restore,
    backup_timeline,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_info import Backup
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_survey import Known, known, survey, when
from ansible_collections.holdfast.host.plugins.module_utils.backup_timeline import Line


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a repository leads to a target. backup: None where it has none for it. missing: the segments on the way."""

    one: Known
    backup: Backup | None
    line: Line
    missing: tuple[str, ...] = ()


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
    return _offered(found, target)


def _offered(found: list[Known], target: Target) -> Target:
    ways = [_way(one, target) for one in found if target.repository in (0, one.stanza.repository)]
    offer = next(_offers(ways, target), None)
    if offer is None:
        raise FailedError(f"{target.kind} {target.value}".strip() + f" cannot be reached: {_why(found, ways)}")
    return offer


def newest(engine: Engine, settings: Settings, now: float) -> tuple[Target, list[str]]:
    """Return the way to the newest state that there is, and in words what it is and what nobody knows.

    A gap ends it where there is nothing better. Raises FailedError where nothing leads anywhere.
    """
    found, silent = survey(engine, settings, now)
    offer = _offered(found, Target(gaps=True))
    one = next(each for each in found if each.stanza.repository == offer.repository)
    gap = one.gap()
    last = one.leads_until(gap[0], one.lines[-1]) if gap else max(one.came.values(), default=0)
    told = f"from backup {offer.backup} of repository {offer.repository}"
    told += f", and the log that came until {when(last)}" if last else ""
    lost = f"{', '.join(gap)} is missing from its log: what was committed from there on is lost"
    unknown = (f"there may be newer log: repository {each.repository}: {each.message}" for each in silent)
    return offer, [told, *([lost] if gap else []), *unknown]
