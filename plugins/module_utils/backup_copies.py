# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What restic says of its work, in the forms that it has from 0.14 to 0.18, and what became of several pieces of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Result

ABSENT, LOCKED, WRONG_PASSWORD, INCOMPLETE = 10, 11, 12, 3
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_GONE = ("no such file", "does not exist")
_ENOENT = 2
# By so much two clocks may differ that are right.
AHEAD_SECONDS = 60.0


class FilesError(Exception):
    """A copy was not made, not found, or not restored; the text says of what, and why."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What was copied. repository: its number. bytes_added: new in the repository. bytes: of the whole.

    missed: files that vanished while they were read.
    """

    repository: int
    tag: str
    snapshot: str
    bytes_added: int
    bytes: int
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A snapshot. at: seconds since the epoch. original: the id it had before its tag was changed, empty for none."""

    id: str
    at: float
    tags: tuple[str, ...]
    paths: tuple[str, ...]
    original: str = ""


def ahead(at: float, now: float) -> bool:
    """Tell whether a time is yet to come: the clock was wrong then, or is now."""
    return at > now + AHEAD_SECONDS


def newness(snapshot: Snapshot, now: float) -> tuple[bool, float]:
    """Return by what the newest copy is found. One whose time is yet to come is behind all others."""
    return not ahead(snapshot.at, now), snapshot.at


def jumped(times: Iterable[float], kept_seconds: float, gap_seconds: float) -> bool:
    """Tell whether the clock may have gone wrong: within what is kept nothing was copied for longer than a gap.

    By a clock that is ahead everything is old. Until the copies since the gap reach back as far as is kept, nothing
    has to go for its age: a host that was off keeps some copies longer, and nothing else comes of it.
    """
    found = sorted(times)
    return any(after - before > gap_seconds and after > found[-1] - kept_seconds for before, after in pairwise(found))


def seconds(text: str) -> float:
    """Return a time of restic in seconds since the epoch; it has up to nine digits of a second. Raises ValueError."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"no time: {text!r}")
    zone = "+00:00" if match[3] == "Z" else match[3]
    return datetime.fromisoformat(match[1] + zone).timestamp() + float(f"0{match[2] or '.0'}")


def told(result: Result) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON objects that restic printed, a line each; other lines are for people."""
    for line in (result.out + "\n" + result.err).splitlines():
        if line.startswith("{"):
            try:
                yield json.loads(line)
            except ValueError:
                continue


def reason(result: Result) -> str:
    """Return what restic said of its end, for people."""
    ends = [each for each in told(result) if each.get("message_type") == "exit_error"]
    return str(ends[-1].get("message", "")).strip() if ends else result.message()


def is_locked(result: Result) -> bool:
    """Tell whether another one holds the repository."""
    return result.status == LOCKED or (result.status != 0 and "already locked" in result.err)


def errors(result: Result) -> list[tuple[str, bool]]:
    """Return the files that could not be read, and whether each of them vanished meanwhile."""
    found = []
    for each in told(result):
        if each.get("message_type") == "error":
            error = each.get("error") or {}
            text = json.dumps(error)
            # 0.14 shows the system's error by its number.
            gone = error.get("Err") == _ENOENT or any(word in text for word in _GONE)
            found.append((str(each.get("item") or text), gone))
    return found


class PartlyError(FilesError):
    """Some copies were not made. done: those that were."""

    def __init__(self, problems: Sequence[str], done: Sequence[Copy]) -> None:
        super().__init__("\n".join(problems))
        self.done = tuple(done)


def tried(work: Callable[[], Sequence[Copy]]) -> tuple[Sequence[Copy], str]:
    """Return what some work copied, and why it did not copy the rest, empty where it did."""
    try:
        return work(), ""
    except PartlyError as problem:
        return problem.done, str(problem)
    except (FilesError, OSError, ValueError) as problem:
        return (), str(problem)


def collected(works: Iterable[Callable[[], Sequence[Copy]]]) -> list[Copy]:
    """Do several pieces of work; one that fails keeps no other from it. Raises PartlyError at the end."""
    done: list[Copy] = []
    problems: list[str] = []
    for work in works:
        copies, problem = tried(work)
        done += copies
        problems += [problem] if problem else []
    if problems:
        raise PartlyError(problems, done)
    return done
