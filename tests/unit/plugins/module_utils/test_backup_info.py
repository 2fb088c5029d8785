# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What pgBackRest says of a repository is read, and a segment that is missing from the log is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info

SHA = "a" * 40
SEGMENT = 16 * 1024**2


def entry(**changes: Any) -> dict[str, Any]:
    """Return what ``info`` says of a repository with one full backup."""
    backup = {
        "label": "20260101-000000F", "type": "full", "timestamp": {"start": 100, "stop": 110},
        "info": {"size": 1000, "repository": {"delta": 300}}, "error": False,
        "archive": {"start": info.name(1, 3), "stop": info.name(1, 4)}, "database": {"id": 1, "repo-key": 1},
    }  # fmt: skip
    plain = {
        "name": "main", "repo": [{"key": 1, "status": {"code": 0, "message": "ok"}}],
        "db": [{"id": 1, "repo-key": 1, "system-id": 7, "version": "18"}],
        "archive": [{"database": {"id": 1, "repo-key": 1}, "id": "18-1", "min": "", "max": ""}], "backup": [backup],
    }  # fmt: skip
    return plain | changes


def test_a_repository_is_read() -> None:
    (found,) = info.stanzas([entry()], [1])
    assert (found.repository, found.code, found.archive, found.system) == (1, 0, "18-1", 7)
    (backup,) = found.backups
    assert (backup.kind, backup.size, backup.stored, backup.stop, backup.damaged) == ("full", 1000, 300, 110, False)
    assert found.fulls == [backup]


def test_one_that_has_nothing_of_the_cluster() -> None:
    (found,) = info.stanzas([], [2])
    assert (found.repository, found.code, found.backups) == (2, info.MISSING_STANZA, ())
    (empty,) = info.stanzas(
        [entry(backup=[], archive=[], repo=[{"key": 1, "status": {"code": 2, "message": "x"}}])], [1]
    )
    assert (empty.code, empty.archive, empty.backups) == (info.NO_BACKUP, "", ())


def test_each_repository_has_its_own_backups() -> None:
    of_two = entry(repo=[{"key": each, "status": {"code": 0, "message": "ok"}} for each in (1, 2)])
    one, two = info.stanzas([of_two], [1, 2])
    assert (len(one.backups), len(two.backups)) == (1, 0)


def test_names_of_segments() -> None:
    assert info.name(1, 0x1FF) == "0000000100000001000000FF"
    assert info.position("0000000100000001000000FF") == (1, 0x1FF)
    there = info.segments(
        [f"18-1/{info.name(1, 5)[:16]}/{info.name(1, 5)}-{SHA}.zst", f"{info.name(1, 6)}-{SHA}", "00000002.history",
         f"{info.name(1, 7)}.partial-{SHA}.zst", f"{info.name(1, 3)}.00000028.backup"]
    )  # fmt: skip
    assert there == {(1, 5), (1, 6)}


@given(first=st.integers(0, 600), count=st.integers(1, 40), lost=st.integers(0, 39))
def test_any_one_segment_that_is_missing_is_found(first: int, count: int, lost: int) -> None:
    whole = {(1, number) for number in range(first, first + count)}
    start, stop = info.name(1, first), info.name(1, first + count - 1)
    assert info.missing(whole, start, stop) == []
    gone = first + lost % count
    assert info.missing(whole - {(1, gone)}, start, stop) == [info.name(1, gone)]


@dataclass(frozen=True, kw_only=True)
class Log:
    """All that a server archived which was taken back now and then. way: from its first segment to its newest state.

    left: what the history of its newest timeline says.
    """

    there: set[tuple[int, int]]
    way: list[tuple[int, int]]
    left: dict[int, int]

    @property
    def start(self) -> str:
        return info.name(*self.way[0])


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Play a server: it goes on for a while, is taken back to any position of any timeline, and goes on from there."""
    begun, histories = {1: draw(st.integers(0, 300)) * SEGMENT}, {1: dict[int, int]()}
    ended = {1: begun[1] + draw(st.integers(1, 12)) * SEGMENT}
    for line in range(2, draw(st.integers(2, 5))):
        parent = draw(st.integers(1, line - 1))
        at = draw(st.integers(begun[parent], ended[parent]))
        histories[line], begun[line] = histories[parent] | {parent: at}, at
        ended[line] = (at // SEGMENT + draw(st.integers(1, 12))) * SEGMENT
    there = {(line, each) for line in begun for each in range(begun[line] // SEGMENT, ended[line] // SEGMENT)}
    newest = max(begun)
    chain = [*histories[newest], newest]
    way = []
    for line, after in zip(chain, [*chain[1:], 0], strict=True):
        end = begun[after] if after else ended[line]
        way += [(line, each) for each in range(begun[line] // SEGMENT, end // SEGMENT)]
    return Log(there=there, way=way, left=histories[newest])


@given(log=logs())
def test_nothing_is_missing_from_a_whole_chain(log: Log) -> None:
    assert info.missing(log.there, log.start, left=log.left) == []


@given(log=logs(), data=st.data())
def test_any_one_segment_that_is_missing_from_a_chain_is_found(log: Log, data: st.DataObject) -> None:
    # Nobody can tell the newest one from one that was never sent.
    line, number = data.draw(st.sampled_from(log.way[:-1] or log.way))
    found = info.missing(log.there - {(line, number)}, log.start, left=log.left)
    assert found == [info.name(line, number)] or (line, number) == log.way[-1]


@given(log=logs(), data=st.data())
def test_what_was_left_behind_is_not_on_the_way(log: Log, data: st.DataObject) -> None:
    beside = sorted(log.there - set(log.way))
    lost = data.draw(st.sets(st.sampled_from(beside))) if beside else set()
    assert info.missing(log.there - lost, log.start, left=log.left) == []


@given(log=logs())
def test_without_its_history_nobody_reaches_a_timeline(log: Log) -> None:
    newest = log.way[-1][0]
    found = info.missing(log.there, log.start)
    assert found == ([f"{newest:08X}.history"] if newest != log.way[0][0] else [])


def test_a_server_that_was_taken_back_has_less_log_than_it_had() -> None:
    there = {(1, number) for number in range(100)} | {(2, number) for number in range(50, 56)}
    left = {1: 50 * SEGMENT + 7}
    assert info.missing(there, info.name(1, 3), left=left) == []
    # The earlier timeline has one of that number, and it is another.
    assert info.missing(there - {(2, 50)}, info.name(1, 3), left=left) == [info.name(2, 50)]


def test_at_most_ten_are_told() -> None:
    assert info.missing({(1, 0), (1, 99)}, info.name(1, 0)) == [info.name(1, number) for number in range(1, 11)]


def backup(timeline: int, start: int, stop: int, kind: str = "full", inside: int = 9) -> info.Backup:
    """Return a backup that ends so many bytes after the begin of a segment."""
    return info.Backup(
        label=f"{timeline}-{start}", kind=kind, start=start, stop=stop, size=1, stored=1, damaged=False,
        wal_start=info.name(timeline, start), wal_stop=info.name(timeline, stop), lsn_stop=stop * SEGMENT + inside,
    )  # fmt: skip


def stanza(*backups: info.Backup) -> info.Stanza:
    """Return a repository with these backups."""
    return info.Stanza(repository=1, code=0, message="ok", backups=backups, archive="18-1", system=7)


TAKEN_BACK = {(1, number) for number in range(3, 40)} | {(2, number) for number in range(20, 50)}
LEFT = {1: 20 * SEGMENT + 8}


@pytest.mark.parametrize(
    ("newest", "whole"),
    [
        (backup(1, 3, 4), True),
        # It ended in the segment in which the server was taken back: before that position, and after it.
        (backup(1, 19, 20, inside=8), True), (backup(1, 19, 20), False),
        (backup(1, 30, 31), False), (backup(1, 30, 31, "incr"), False),
        (backup(2, 30, 31), True),
        # pgBackRest knows no segment of it.
        (replace(backup(2, 30, 31), wal_start="", wal_stop=""), False),
    ],
)  # fmt: skip
def test_only_a_backup_that_leads_to_the_newest_state_restores_it(newest: info.Backup, whole: bool) -> None:
    assert info.whole_since(stanza(backup(1, 3, 4), newest), TAKEN_BACK, LEFT) is whole


def test_without_a_backup_or_a_log_nothing_is_whole() -> None:
    assert not info.whole_since(stanza(), TAKEN_BACK, LEFT)
    assert not info.whole_since(stanza(backup(1, 3, 4)), set())


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (set(), []),
        ({(1, 10)}, [info.name(1, 10)]), ({(2, 20)}, [info.name(2, 20)]), ({(2, 48)}, [info.name(2, 48)]),
        # Of what was left behind nothing may go, either: a restore can be taken back.
        ({(1, 35)}, [info.name(1, 35)]), ({(1, 30)}, [info.name(1, 30)]),
        ({(1, 3), (2, 21)}, [info.name(1, 3), info.name(2, 21)]),
    ],
)  # fmt: skip
def test_the_window_goes_along_every_timeline(lost: set[tuple[int, int]], told: list[str]) -> None:
    found = stanza(backup(1, 3, 4), backup(1, 30, 31), backup(2, 25, 26))
    assert info.gaps(found, TAKEN_BACK - lost, 8, LEFT) == told


def test_a_timeline_that_the_window_no_longer_has_may_have_gone() -> None:
    found = stanza(backup(1, 3, 4), backup(1, 30, 31), backup(2, 25, 26))
    there = {(1, 3), (1, 4), (1, 30), (1, 31)} | {each for each in TAKEN_BACK if each >= (2, 25)}
    assert info.gaps(found, there, 1, LEFT) == []
    assert info.gaps(found, there - {(1, 31)}, 1, LEFT) == [info.name(1, 31)]


def test_the_log_of_a_former_version_lies_elsewhere() -> None:
    former = entry()["backup"][0] | {"label": "former"}
    newer = former | {"label": "new", "database": {"id": 2, "repo-key": 1}}
    said = entry(
        backup=[former, newer],
        archive=[{"database": {"id": each, "repo-key": 1}, "id": f"{16 + each}-{each}"} for each in (1, 2)],
        db=[{"id": each, "repo-key": 1, "system-id": each} for each in (1, 2)],
    )
    (found,) = info.stanzas([said], [1])
    assert (found.archive, found.system) == ("18-2", 2)
    assert [bool(each.wal_start) for each in found.backups] == [False, True]
    assert info.gaps(found, {(1, number) for number in range(3, 9)}, 8) == []
    assert info.whole_since(found, {(1, number) for number in range(3, 9)})


def test_what_cannot_be_kept_is_told_once() -> None:
    (stanza,) = info.stanzas([entry()], [1])
    assert info.gaps(stanza, {(1, number) for number in range(3, 9)}, 8) == []
    assert info.gaps(stanza, {(1, 3), (1, 5)}, 8) == [info.name(1, 4)]
    assert info.whole_since(stanza, {(1, number) for number in range(3, 9)})
    assert not info.whole_since(stanza, {(1, 3), (1, 4), (1, 6)})


def test_the_log_between_old_fulls_may_be_gone() -> None:
    old, new = entry()["backup"][0], entry()["backup"][0]
    new = new | {"label": "new", "archive": {"start": info.name(1, 20), "stop": info.name(1, 21)}}
    (stanza,) = info.stanzas([entry(backup=[old, new])], [1])
    there = {(1, 3), (1, 4), *((1, number) for number in range(20, 30))}
    assert info.gaps(stanza, there, 1) == []
    assert info.gaps(stanza, there, 2)[0] == info.name(1, 5)


@pytest.mark.parametrize("damaged", [True, False])
def test_pages_with_a_wrong_checksum(damaged: bool) -> None:
    (stanza,) = info.stanzas([entry(backup=[entry()["backup"][0] | {"error": damaged}])], [1])
    assert stanza.backups[0].damaged is damaged
