# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Each kind of work has its time, none the same, and the two windows are told apart."""

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_schedule as subject
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup


def test_all_of_it() -> None:
    found = {each["work"]: each for each in subject.timers(Backup(incremental="hourly"), archived=True)}
    assert set(found) == {"files", "readable", "truth", "full", "incr", "dumps", "drill"} == set(subject.WORKS)
    assert found["full"]["calendar"] == "*-*-* 02:30:00 UTC"
    assert found["dumps"]["calendar"] == "*-*-* 03:30:00 UTC"
    assert found["incr"]["every_seconds"] == 3600


def test_what_is_never_done_has_no_timer() -> None:
    declared = Backup(dumps="never", drill="never")
    assert {each["work"] for each in subject.timers(declared, archived=True)} == {"files", "readable", "truth", "full"}
    assert {each["work"] for each in subject.timers(declared, archived=False)} == {"files", "readable", "truth"}


@pytest.mark.parametrize("every", ["hourly", "daily", "weekly", "monthly"])
def test_systemd_reads_them(every: str) -> None:
    calendar = subject.EVERY[every].calendar.format(hour=2, minute=5)
    read = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr


def test_the_windows() -> None:
    first, second = subject.windows(Backup())
    assert "any second of the last 7 days" in first
    assert "each daily full backup of the last 30 days" in second
