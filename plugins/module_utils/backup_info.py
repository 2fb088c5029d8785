# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lies in a repository, read from what pgBackRest says of it: backups, and the segments of the log.

Sources: pgBackRest's command reference, "info" and "repo-ls"; the PostgreSQL manual, "WAL Internals", for the names of
segments (16 MiB each, 256 to a log file).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

SEGMENTS_A_FILE = 256
SEGMENT_BYTES = 16 * 1024**2
_SEGMENT = re.compile(r"(?:.*/)?([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})-[0-9a-f]{40}(?:\.\w+)?")
# What `info` says of a stanza (pgBackRest's command reference).
MISSING_PATH, NO_BACKUP, MISSING_STANZA, OTHER = 1, 2, 3, 99


@dataclass(frozen=True, kw_only=True)
class Backup:
    """One backup. kind: full, diff or incr. start, stop: seconds since the epoch.

    size: of the database, stored: of the repository that it alone takes, bytes. wal_start, wal_stop: the segments
    between which it is consistent; empty for one of a former version, whose log lies elsewhere. lsn_stop: the position
    of the log at its end, as PostgreSQL writes it made a number. damaged: pages with a wrong checksum were found.
    """

    label: str
    kind: str
    start: int
    stop: int
    size: int
    stored: int
    wal_start: str
    wal_stop: str
    damaged: bool
    lsn_stop: int = 0


@dataclass(frozen=True, kw_only=True)
class Stanza:
    """What one repository has of the cluster. code, message: pgBackRest's status, 0 where all is well.

    archive: the name of the newest log's directory, such as 18-1; empty without one. system: PostgreSQL's identifier.
    """

    repository: int
    code: int
    message: str
    backups: tuple[Backup, ...] = ()
    archive: str = ""
    system: int = 0

    @property
    def fulls(self) -> list[Backup]:
        """Return the full backups, the oldest first."""
        return [each for each in self.backups if each.kind == "full"]


def lsn(text: str) -> int:
    """Return a position of the log as a number. Raises ValueError for what is none."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def _backup(entry: Mapping[str, Any], newest: int) -> Backup:
    info, log = entry["info"], entry.get("archive") or {}
    if entry["database"]["id"] != newest:
        log = {}
    stored = info.get("repository") or {}
    return Backup(
        label=entry["label"],
        kind=entry["type"],
        start=entry["timestamp"]["start"],
        stop=entry["timestamp"]["stop"],
        size=info["size"],
        stored=stored.get("delta", 0),
        wal_start=log.get("start") or "",
        wal_stop=log.get("stop") or "",
        damaged=bool(entry.get("error")),
        lsn_stop=lsn((entry.get("lsn") or {}).get("stop") or "0/0"),
    )


def kept(stanza: Stanza, names: Iterable[str]) -> tuple[Stanza, tuple[str, ...]]:
    """Return a stanza with those of its backups alone that are there, and the labels of the lost ones.

    names: what lies in the backups' directory. What came after a lost one of the same full backup may build on it.
    """
    there = set(names)
    lost = [each for each in stanza.backups if each.label not in there]
    first: dict[str, int] = {}
    for each in lost:
        full = each.label.partition("_")[0]
        first[full] = min(each.start, first.get(full, each.start))
    stands = [each for each in stanza.backups if each.start < first.get(each.label.partition("_")[0], each.start + 1)]
    return replace(stanza, backups=tuple(stands)), tuple(each.label for each in lost)


def stanzas(said: Sequence[Mapping[str, Any]], numbers: Iterable[int]) -> list[Stanza]:
    """Return what each repository has, by what ``pgbackrest --output=json info`` said. numbers: of the repositories."""
    found = {}
    for entry in said:
        for repo in entry.get("repo", ()):
            number = repo["key"]
            # Each version of the cluster that was has its own, with a number that grows.
            archives = {
                each["database"]["id"]: each["id"]
                for each in entry.get("archive", ())
                if each["database"]["repo-key"] == number
            }
            systems = {each["id"]: each["system-id"] for each in entry.get("db", ()) if each["repo-key"] == number}
            newest = max([*archives, *systems], default=0)
            found[number] = Stanza(
                repository=number,
                code=repo["status"]["code"],
                message=repo["status"]["message"],
                backups=tuple(
                    _backup(each, newest) for each in entry.get("backup", ()) if each["database"]["repo-key"] == number
                ),
                archive=archives.get(newest, ""),
                system=systems.get(newest, 0),
            )
    missing = Stanza(repository=0, code=MISSING_STANZA, message="missing stanza path")
    return [found.get(number) or Stanza(**{**vars(missing), "repository": number}) for number in numbers]


def position(segment: str) -> tuple[int, int]:
    """Return the timeline and the number of a segment by the 24 hexadecimal digits of its name."""
    line, log, part = (int(segment[at : at + 8], 16) for at in (0, 8, 16))
    return line, log * SEGMENTS_A_FILE + part


def name(timeline: int, number: int) -> str:
    """Return the name of a segment."""
    return f"{timeline:08X}{number // SEGMENTS_A_FILE:08X}{number % SEGMENTS_A_FILE:08X}"


def segments(paths: Iterable[str]) -> set[tuple[int, int]]:
    """Return the whole segments among the files of an archive, as timeline and number."""
    matches = (_SEGMENT.fullmatch(path) for path in paths)
    return {position("".join(match.groups())) for match in matches if match}


def leads(backup: Backup, timeline: int, left: Mapping[int, int]) -> bool:
    """Tell whether the log of a timeline begins where a backup ends, or before. left: as of ``missing``."""
    if not backup.wal_stop:
        return False
    number = position(backup.wal_stop)[0]
    return number == timeline or backup.lsn_stop <= left.get(number, -1)


def newest(there: Iterable[tuple[int, int]]) -> int:
    """Return the newest timeline, 0 for an empty archive: a server that is taken back takes a higher number."""
    return max((timeline for timeline, _ in there), default=0)


def due(number: int, line: int, left: Mapping[int, int]) -> int:
    """Return the timeline on which a segment lies on the way to a later one. left: as of ``missing``."""
    return min((each for each, end in left.items() if each < line and number < end // SEGMENT_BYTES), default=line)


def missing(
    there: set[tuple[int, int]], start: str, stop: str = "", left: Mapping[int, int] | None = None
) -> list[str]:
    """Return what is missing from one segment to another, or to the newest of the newest timeline; the first ten.

    left: up to which position of the log each timeline belongs to the newest one, by that one's history. Its first
    segment holds that position; what the earlier one has from there on was left behind by a restore. Without the
    history nobody can go from one to the other: then it is what is missing.
    """
    line, first = position(start)
    last_line = position(stop)[0] if stop else max(line, newest(there))
    past = {each: end for each, end in (left or {}).items() if each < last_line}
    if line != last_line and line not in past:
        return [f"{last_line:08X}.history"]
    last = position(stop)[1] if stop else max((number for on, number in there if on == last_line), default=first)
    found = []
    for number in range(first, last + 1):
        on = due(number, last_line, past)
        if (on, number) not in there:
            found.append(name(on, number))
            if len(found) == 10:
                break
    return found


def counted(fulls: Sequence[Backup], since: float) -> int:
    """Return of how many of the newest full backups all log is kept: those since a moment, and one before it.

    pgBackRest counts the log's window in full backups (repo-retention-archive). By a number that is fixed each full
    backup more would take a day from it.
    """
    return sum(each.stop > since for each in fulls) + 1


def window_of(stanza: Stanza, kept_fulls: int) -> list[Backup]:
    """Return the full backups since the oldest of which all log is kept, the oldest first."""
    return [each for each in stanza.fulls[-kept_fulls:] if each.wal_start]


def forgotten(stanza: Stanza, kept_fulls: int, lines: Iterable[int], histories: Container[int]) -> list[str]:
    """Return the histories of timelines that are missing: from a backup before a restore nobody gets past it without.

    lines: timelines that have segments; the first one has no history. Of timelines from before the window pgBackRest
    keeps the log of old backups and removes the history.
    """
    present = sorted(lines)
    first = min((position(each.wal_start)[0] for each in window_of(stanza, kept_fulls)), default=0)
    return [f"{line:08X}.history" for line in present[1:] if line >= first and line not in histories]


def gaps(
    stanza: Stanza, there: set[tuple[int, int]], kept_fulls: int, left: Mapping[int, int] | None = None
) -> list[str]:
    """Return the segments without which a promise cannot be kept: each backup's own, and all since the window began.

    kept_fulls: of how many of the newest fulls all log is kept. left: as of ``missing``. On a timeline that was left
    all is kept to its end: a restore can be taken back.
    """
    wanted = []
    for each in stanza.backups:
        if each.wal_start and each.wal_stop:
            wanted += missing(there, each.wal_start, each.wal_stop)
    window = window_of(stanza, kept_fulls)
    begun: dict[int, str] = {}
    for each in window:
        begun.setdefault(position(each.wal_start)[0], each.wal_start)
    for line, start in begun.items():
        last = max((number for on, number in there if on == line), default=position(start)[1])
        wanted += missing(there, start, name(line, last))
    leading = [each for each in window if leads(each, newest(there), left or {})]
    if leading:
        wanted += missing(there, leading[0].wal_start, left=left)
    return list(dict.fromkeys(wanted))[:10]


def whole_since(stanza: Stanza, there: set[tuple[int, int]], left: Mapping[int, int] | None = None) -> bool:
    """Tell whether the newest backup and all log since restore the newest state.

    One that was made on a timeline that was left behind does not lead there, and it is what would be taken.
    """
    if not stanza.backups or not leads(stanza.backups[-1], newest(there), left or {}):
        return False
    return not missing(there, stanza.backups[-1].wal_start, left=left)
