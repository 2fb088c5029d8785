# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What pgBackRest says of a repository is read, and a segment that is missing from the log is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info

SHA = "a" * 40


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


@given(switch=st.integers(5, 20), lost=st.integers(0, 29))
def test_a_later_timeline_takes_over(switch: int, lost: int) -> None:
    # The first one went on beyond the moment to which somebody went back.
    there = {(1, number) for number in range(26)} | {(2, number) for number in range(switch, 30)}
    assert info.missing(there, info.name(1, 0)) == []
    line = 2 if lost >= switch else 1
    found = info.missing(there - {(line, lost)}, info.name(1, 0), info.name(2, 29))
    # Without its first segment a timeline begins one later, and the one before it has that number.
    assert found == ([info.name(line, lost)] if lost != switch else [])


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
