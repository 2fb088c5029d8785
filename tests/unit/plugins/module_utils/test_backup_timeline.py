# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A backup is chosen that leads to the target along the timeline on which the server was then."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_timeline as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_info import Backup, Stanza
from ansible_collections.holdfast.host.plugins.module_utils.backup_timeline import Line

SEGMENT = 16 * 1024**2
# Taken back at 300 to what was at 150, position 0x5000000; what lies behind on the first timeline was left.
SECOND = Line(number=2, begun=300, left={1: 5 * SEGMENT})


def backup(stop: int, timeline: int, segment: int, kind: str = "full") -> Backup:
    """Return a backup that ends at a moment and in the middle of a segment."""
    name = info.name(timeline, segment)
    return Backup(
        label=f"{stop}-{timeline}", kind=kind, start=stop - 5, stop=stop, size=1, stored=1, wal_start=name,
        wal_stop=name, damaged=False, lsn_stop=segment * SEGMENT + 50,
    )  # fmt: skip


FIRST, LEFT, AFTER = backup(100, 1, 3), backup(290, 1, 8, "incr"), backup(310, 2, 6)
STANZA = Stanza(repository=1, code=0, message="ok", backups=(FIRST, LEFT, AFTER))


def test_histories_are_found_and_read() -> None:
    listed: dict[str, dict[str, object]] = {
        "00000002.history": {"type": "file", "time": 300},
        "0000000100000000": {"type": "path"},
    }
    assert subject.histories(listed) == {2: ("00000002.history", 300.0)}
    text = "1\t0/5000000\tbefore 2026-11-26 14:05:00+00\n\n2\t1/0\tno recovery target specified\n"
    assert subject.history(text) == {1: 0x5000000, 2: 1 << 32}


def test_timelines_by_their_histories_or_their_backups() -> None:
    first, second = subject.lines([FIRST, AFTER], {2: (300.0, "1\t0/5000000\tx\n")})
    assert (first.number, first.begun, second.number, second.begun) == (1, 0, 2, 300)
    assert second.left == {1: 0x5000000}
    assert [each.begun for each in subject.lines([FIRST, AFTER], {})] == [0, 305]
    assert subject.lines([], {}) == [Line(number=1)]


@pytest.mark.parametrize(("at", "number"), [(10, 1), (299, 1), (300, 2), (9000, 2)])
def test_the_timeline_of_a_moment(at: float, number: int) -> None:
    assert subject.living([Line(number=1), SECOND], at).number == number


def test_a_backup_that_was_left_behind_leads_nowhere() -> None:
    assert subject.leads_to(FIRST, SECOND)
    assert subject.leads_to(AFTER, SECOND)
    assert not subject.leads_to(LEFT, SECOND)
    assert subject.leads_to(LEFT, Line(number=1))
    assert not subject.leads_to(AFTER, Line(number=1))


@pytest.mark.parametrize(
    ("line", "before", "position", "label"),
    [
        # After the restore, until the new full has ended, the old one leads on; the last incremental does not.
        (SECOND, 305, None, "100-1"),
        (SECOND, 311, None, "310-2"),
        (SECOND, 310, None, "100-1"),
        (Line(number=1), 295, None, "290-1"),
        (SECOND, None, None, "310-2"),
        (SECOND, None, 6 * SEGMENT + 50, "310-2"),
        (SECOND, None, 6 * SEGMENT + 49, "100-1"),
        (SECOND, 100, None, None),
    ],
)
def test_the_newest_that_leads_there(line: Line, before: float | None, position: int | None, label: str | None) -> None:
    found = subject.best(STANZA, line, before=before, position=position)
    assert (found.label if found else None) == label


def test_the_window_is_that_of_the_log() -> None:
    assert subject.since(STANZA, begins=310) == 310
    assert subject.since(STANZA, begins=0) == 100
    assert subject.since(Stanza(repository=1, code=2, message="no backup"), begins=0) is None


@pytest.mark.parametrize(
    ("there", "since"),
    [
        # All of it; its own alone, as pgBackRest leaves it; a gap that begins later; the newest, which is the end.
        ({(1, each) for each in range(3, 9)}, 100),
        ({(1, 3), (2, 6), (2, 7)}, 100),
        ({(1, 3), (1, 8), (2, 9)}, 100),
        ({(1, 3), (1, 8), (2, 6), (2, 10)}, 310),
        ({(1, 3), (1, 4), (2, 8)}, 100),
        ({(1, 3)}, 100),
    ],
)
def test_the_window_begins_where_the_log_does(there: set[tuple[int, int]], since: int) -> None:
    assert subject.since(STANZA, 0, there) == since
