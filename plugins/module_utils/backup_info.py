# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lies in a repository, read from what pgBackRest says of it: backups, and the segments of the log.

Sources: pgBackRest's command reference, "info" and "repo-ls"; the PostgreSQL manual, "WAL Internals", for the names of
segments (16 MiB each, 256 to a log file).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SEGMENTS_A_FILE = 256
_SEGMENT = re.compile(r"(?:.*/)?([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})-[0-9a-f]{40}(?:\.\w+)?")
# What `info` says of a stanza (pgBackRest's command reference).
MISSING_PATH, NO_BACKUP, MISSING_STANZA = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Backup:
    """One backup. kind: full, diff or incr. start, stop: seconds since the epoch.

    size: of the database, stored: of the repository that it alone takes, bytes. wal_start, wal_stop: the segments
    between which it is consistent. lsn_stop: the position of the log at its end, as PostgreSQL writes it made a number.
    damaged: pages with a wrong checksum were found.
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


def _backup(entry: Mapping[str, Any]) -> Backup:
    info, log = entry["info"], entry.get("archive") or {}
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


def stanzas(said: Sequence[Mapping[str, Any]], numbers: Iterable[int]) -> list[Stanza]:
    """Return what each repository has, by what ``pgbackrest --output=json info`` said. numbers: of the repositories."""
    found = {}
    for entry in said:
        for repo in entry.get("repo", ()):
            number = repo["key"]
            archives = [each for each in entry.get("archive", ()) if each["database"]["repo-key"] == number]
            systems = [each["system-id"] for each in entry.get("db", ()) if each["repo-key"] == number]
            found[number] = Stanza(
                repository=number,
                code=repo["status"]["code"],
                message=repo["status"]["message"],
                backups=tuple(
                    _backup(each) for each in entry.get("backup", ()) if each["database"]["repo-key"] == number
                ),
                archive=archives[-1]["id"] if archives else "",
                system=systems[-1] if systems else 0,
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


def missing(there: set[tuple[int, int]], start: str, stop: str = "") -> list[str]:
    """Return the segments that are missing from one to another, or to the newest; at most the first ten.

    A later timeline takes over from its first segment on: what an earlier one has beyond that was left behind by
    a restore.
    """
    line, first = position(start)
    lines = {on for on, _ in there if on >= line}
    begun = {each: min(number for on, number in there if on == each) for each in lines}
    last = position(stop)[1] if stop else max((number for on, number in there if on >= line), default=first)
    most = position(stop)[0] if stop else max(begun, default=line)
    gaps = []
    for number in range(first, last + 1):
        due = max([each for each, since in begun.items() if each <= most and since <= number] or [line])
        if (due, number) not in there:
            gaps.append(name(due, number))
            if len(gaps) == 10:
                break
    return gaps


def gaps(stanza: Stanza, there: set[tuple[int, int]], kept_fulls: int) -> list[str]:
    """Return the segments without which a promise cannot be kept: each backup's own, and all since the window began.

    kept_fulls: of how many of the newest fulls all log is kept.
    """
    wanted = []
    for each in stanza.backups:
        if each.wal_start and each.wal_stop:
            wanted += missing(there, each.wal_start, each.wal_stop)
    window = stanza.fulls[-kept_fulls:]
    if window and window[0].wal_start:
        wanted += missing(there, window[0].wal_start)
    return list(dict.fromkeys(wanted))[:10]


def whole_since(stanza: Stanza, there: set[tuple[int, int]]) -> bool:
    """Tell whether the newest backup and all log since restore the newest state."""
    return bool(stanza.backups) and not missing(there, stanza.backups[-1].wal_start)
