# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which backup leads to a target, and along which of the log's timelines.

A server that was taken back goes on along a new timeline. What the one before held beyond that point stays in the
repositories, so that a restore can be taken back; but a backup made there leads nowhere on the new one. pgBackRest
chooses a backup by its time alone, and PostgreSQL then refuses it.

Sources: the PostgreSQL manual, "Timelines"; its source, timeline.c, for the lines of a history; pgBackRest's command
reference, "restore".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils.backup_info import Backup, Stanza

_HISTORY = re.compile(r"(?:.*/)?([0-9A-F]{8})\.history")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A timeline. begun: when a server took it up, seconds since the epoch, 0 for the first one.

    left: up to which position of the log each of those before it belongs to it.
    """

    number: int
    begun: float = 0
    left: Mapping[int, int] = field(default_factory=dict)


def histories(listed: Mapping[str, Mapping[str, Any]]) -> dict[int, tuple[str, float]]:
    """Return the histories in a listing of an archive: timeline to path and the time of its arrival."""
    found = ((_HISTORY.fullmatch(path), path, each) for path, each in listed.items())
    return {int(match[1], 16): (path, float(each["time"])) for match, path, each in found if match}


def history(text: str) -> dict[int, int]:
    """Return up to which position each timeline belongs to the one whose history this is. Raises ValueError."""
    rows = (line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {int(row[0]): info.lsn(row[1]) for row in rows}


def lines(backups: Iterable[Backup], known: Mapping[int, tuple[float, str]]) -> list[Line]:
    """Return the timelines, the oldest first. known: of each with a history its begin and the history's text.

    One whose history is gone began with its first backup.
    """
    first: dict[int, float] = {}
    for each in backups:
        if each.wal_stop:
            number = info.position(each.wal_stop)[0]
            first[number] = min(each.start, first.get(number, each.start))
    lowest = min([*first, *known], default=1)
    made = {number: Line(number=number, begun=at if number != lowest else 0) for number, at in first.items()}
    made |= {number: Line(number=number, begun=at, left=history(text)) for number, (at, text) in known.items()}
    return [made[number] for number in sorted(made)] or [Line(number=1)]


def living(found: Sequence[Line], at: float) -> Line:
    """Return the timeline along which the server went at a moment."""
    return max((each for each in found if each.begun <= at), key=lambda each: each.number, default=found[0])


def leads_to(backup: Backup, line: Line) -> bool:
    """Tell whether the log of a timeline begins where a backup ends, or before."""
    return info.leads(backup, line.number, line.left)


def since(stanza: Stanza, begins: float, there: Iterable[tuple[int, int]] = ()) -> int | None:
    """Return from when on every second can be reached, seconds since the epoch; None without a full backup.

    begins: of the log's window. there: the segments of the log. Where the window was made longer, the log of its first
    days had gone before: it begins with a full backup from which, or from whose increments, the log goes on.
    """
    window = stanza.fulls[-info.counted(stanza.fulls, begins) :]
    numbers = {number for _, number in there}
    while len(window) > 1 and all(_ends(each, numbers) for each in _until(stanza, window[0], window[1])):
        window = window[1:]
    return window[0].stop if window else None


def _until(stanza: Stanza, full: Backup, following: Backup) -> list[Backup]:
    return [each for each in stanza.backups if full.stop <= each.stop < following.stop]


def _ends(backup: Backup, numbers: set[int]) -> bool:
    """Tell whether a backup has its own log and no more. A timeline goes on with the number of the one before."""
    own = info.position(backup.wal_stop)[1] if backup.wal_stop else -1
    return own + 1 not in numbers and max(numbers, default=own) > own


def best(stanza: Stanza, line: Line, *, before: float | None = None, position: int | None = None) -> Backup | None:
    """Return the newest backup that leads along a timeline, and ends before a moment or a position of the log."""
    for each in reversed(stanza.backups):
        late = before is not None and each.stop >= before
        beyond = position is not None and each.lsn_stop > position
        if leads_to(each, line) and not late and not beyond:
            return each
    return None
