# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Findings say what is not as promised, and nothing of what is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_findings as subject
from ansible_collections.holdfast.host.plugins.module_utils import backup_report
from ansible_collections.holdfast.host.plugins.module_utils.backup_archiver import Archiver
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import Truth
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Regular
from ansible_collections.holdfast.host.plugins.module_utils.errors import line

DAY = 86_400
GOOD = Truth(repository=1, reached=True, message="ok", fulls=3, age=1000, newest=500, size=10, stored=5, whole=True)
QUIET = Archiver(waiting=0, oldest=0, archived=9, failed=0, failing=None)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, None), ({"reached": False}, "backup.repository[1]"), ({"age": None}, "backup.repository[1].full"),
        ({"age": 1.4 * DAY}, None), ({"age": 1.6 * DAY}, "backup.repository[1].full"),
        ({"missing": ("a",)}, "backup.repository[1].log"), ({"damaged": ("x",)}, "backup.repository[1].pages"),
    ],
)  # fmt: skip
def test_one_repository(changes: dict[str, Any], what: str | None) -> None:
    found = [each.path for each in subject.of_repository(replace(GOOD, **changes), "there", DAY)]
    assert found == ([what] if what else [])


@pytest.mark.parametrize(("whole", "level"), [(True, "warning"), (False, "error")])
def test_a_gap_that_a_newer_backup_has_left_behind_is_told_and_fails_nothing(whole: bool, level: str) -> None:
    (found,) = subject.of_repository(replace(GOOD, missing=("a",), whole=whole), "there", DAY)
    assert (found.path, found.level) == ("backup.repository[1].log", level)


@pytest.mark.parametrize(("waiting", "oldest", "told"), [(0, 0, 0), (1, 60, 0), (2, 91, 1)])
def test_a_log_that_waits_too_long(waiting: int, oldest: float, told: int) -> None:
    assert len(list(subject.of_archiver(replace(QUIET, waiting=waiting, oldest=oldest), 60))) == told


@pytest.mark.parametrize(("free", "told"), [(None, []), (1 << 30, []), (1 << 20, ["backup.disk"])])
def test_a_disk_without_room_for_the_log(free: int | None, told: list[str]) -> None:
    assert [each.path for each in subject.of_archiver(replace(QUIET, free=free), 60)] == told


def test_work_that_failed() -> None:
    state = {"full": backup_report.Work(start=1, result=backup_report.FAILED, message="no room")}
    (found,) = subject.of_work(state)
    assert (found.path, found.value) == ("backup.full", "no room")
    assert "journalctl -u holdfast-backup@full" in line(found)


def test_a_restore_that_failed_has_no_journal_to_look_into() -> None:
    state = {"restore": backup_report.Work(start=1, result=backup_report.FAILED, message="no room")}
    (found,) = subject.of_work(state)
    assert "journalctl" not in line(found)
    assert "to the same target" in line(found)


@pytest.mark.parametrize(
    ("work", "succeeded", "days", "value"),
    [
        ("drill", None, 10, None), ("drill", None, 11, "never in 264.0 h"),
        ("drill", 2 * DAY, 12, None), ("drill", 2 * DAY, 13, "264.0 h ago"), ("full", None, 99, None),
    ],
)  # fmt: skip
def test_work_that_is_overdue(work: str, succeeded: float | None, days: int, value: str | None) -> None:
    state = {"drill": backup_report.Work(start=0, result=backup_report.INTERRUPTED, succeeded=succeeded)}
    works = [Regular(work=work, every_seconds=7 * DAY)]
    found = list(subject.of_absence(works, state, {work: 0}, days * DAY))
    assert [each.value for each in found] == ([value] if value else [])
    assert {each.path for each in found} <= {"backup.drill.last"}


def test_work_that_was_killed_and_had_no_time_to_say_so() -> None:
    state = {"full": backup_report.Work(start=0, pid=7), "drill": backup_report.Work(start=0, pid=8)}
    (found,) = subject.of_work(state, lives=lambda pid: pid == 8)
    assert (found.path, found.value) == ("backup.full", "it was killed before it ended")


@pytest.mark.parametrize(
    ("newest", "succeeded", "told"),
    [(500, 900, []), (-59, None, []), (-7200, None, ["7200 s before what was done last"]),
     (None, 4600, ["3600 s before what was done last"])],
)  # fmt: skip
def test_it_is_told_as_long_as_what_was_done_lies_ahead(
    newest: float | None, succeeded: float | None, told: list[str]
) -> None:
    state = {"drill": backup_report.Work(start=0, succeeded=succeeded)}
    found = subject.of_clock(0, [replace(GOOD, newest=newest)], state, 1000)
    assert [each.value for each in found] == told


def test_a_lost_backup_is_a_warning_once_there_is_a_newer_one() -> None:
    truth = Truth(repository=1, reached=True, message="ok", age=10, lost=("OLD",), whole=True)
    (found,) = subject.of_repository(truth, "here", 86_400)
    assert (found.path, found.level) == ("backup.repository[1].backups", "warning")


FAILED = backup_report.Work(start=100 * DAY, end=100 * DAY, result=backup_report.FAILED, message="no room")
KILLED = backup_report.Work(start=100 * DAY)


@pytest.mark.parametrize("work", [FAILED, KILLED])
@pytest.mark.parametrize(
    ("kind", "days", "whole", "counts"),
    [
        ("full", 50, True, True), ("restore", 0.9, True, True), ("restore", 1.1, True, False),
        ("base", 50, False, True), ("base", 0, True, False),
    ],
)  # fmt: skip
def test_what_somebody_once_asked_for_is_not_told_for_ever(
    work: backup_report.Work, kind: str, days: float, whole: bool, counts: bool
) -> None:
    works = [Regular(work="full", every_seconds=DAY)]
    found = subject.told({kind: work}, works, [replace(GOOD, whole=whole)], (100 + days) * DAY)
    assert list(found) == ([kind] if counts else [])
