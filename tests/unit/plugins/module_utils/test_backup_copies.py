# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What restic says is understood in the forms of its versions."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_copies
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import Copy, FilesError, PartlyError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import LOCKED, WRONG

COPY = Copy(repository=1, tag="host", snapshot="aaaa", bytes_added=1, bytes=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T00:00:00Z", 1767225600.0),
        ("2026-01-01T00:00:00.5Z", 1767225600.5),
        ("2026-01-01T01:00:00.123456789+01:00", 1767225600.123456789),
    ],
)
def test_a_time_has_any_number_of_digits(text: str, expected: float) -> None:
    assert backup_copies.seconds(text) == pytest.approx(expected, abs=1e-6)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time: 'yesterday'"):
        backup_copies.seconds("yesterday")


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (WRONG, "Fatal: wrong password"),
        (Result(status=1, err="Fatal: no room"), "Fatal: no room"),
        (Result(status=1, err='{"message_type":"error"}\n{broken'), '{"message_type":"error"}\n{broken'),
    ],
)
def test_the_reason_is_the_last_word(result: Result, told: str) -> None:
    assert backup_copies.reason(result) == told


@pytest.mark.parametrize(
    ("result", "expected"),
    [(LOCKED, True), (Result(status=11), True), (Result(status=0, err="already locked"), False), (WRONG, False)],
)
def test_a_lock_is_told_from_other_failures(result: Result, *, expected: bool) -> None:
    assert backup_copies.is_locked(result) is expected


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        ({"Op": "lstat", "Path": "/a", "Err": 2}, True),
        ({"Op": "open", "Path": "/a", "Err": 13}, False),
        ({"message": "lstat /a: no such file or directory"}, True),
        ({"message": "open /a: permission denied"}, False),
    ],
)
def test_a_file_that_vanished_is_told_from_one_that_cannot_be_read(error: object, *, gone: bool) -> None:
    line = json.dumps({"message_type": "error", "error": error, "during": "archival", "item": "/a"})
    assert backup_copies.errors(Result(status=3, err=line)) == [("/a", gone)]


def fails(problem: Exception) -> Sequence[Copy]:
    raise problem


def test_work_that_fails_keeps_no_other_from_being_done() -> None:
    works = [
        lambda: fails(FilesError("first")),
        lambda: [COPY],
        lambda: fails(PartlyError(["second", "third"], [COPY])),
        lambda: fails(OSError("fourth")),
    ]
    with pytest.raises(PartlyError, match="first\nsecond\nthird\nfourth") as caught:
        backup_copies.collected(works)
    assert caught.value.done == (COPY, COPY)
    assert backup_copies.collected([lambda: [COPY]]) == [COPY]


HOUR, DAY = 3600.0, 86_400.0
HOURLY = [hour * HOUR for hour in range(20 * 24)]


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (HOURLY, False),
        ([], False),
        ([HOURLY[-1] + 400 * DAY], False),
        ([*HOURLY, HOURLY[-1] + 400 * DAY], True),
        # Also where the clock stays ahead for longer than a run, or by less than is kept.
        ([*HOURLY, *(each + 400 * DAY for each in HOURLY[:100])], True),
        ([*HOURLY, HOURLY[-1] + 3 * DAY], True),
        ([*HOURLY, HOURLY[-1] + 20 * HOUR], False),
        # What came since the gap reaches back as far as is kept.
        ([*HOURLY, *(each + 400 * DAY for each in HOURLY)], False),
    ],
)
def test_a_gap_within_what_is_kept_may_be_a_jump_of_the_clock(times: list[float], *, told: bool) -> None:
    assert backup_copies.jumped(reversed(times), 14 * DAY, DAY) is told


def test_a_copy_of_a_time_to_come_is_the_last_to_be_taken() -> None:
    made = [backup_copies.Snapshot(id=str(at), at=at, tags=(), paths=()) for at in (100.0, 1055.0, 1061.0, 5000.0)]
    assert [each.id for each in sorted(made, key=lambda each: backup_copies.newness(each, 1000))] == [
        "1061.0", "5000.0", "100.0", "1055.0",
    ]  # fmt: skip
