# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Restarts are decided from what runs: from process start times and file times."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import unit_state
from ansible_collections.holdfast.host.plugins.module_utils.unit_state import (
    actions,
    booted_at,
    newer,
    parse_show,
    started_at,
)

RUNS = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}


def test_properties_are_read_with_their_equals_signs() -> None:
    assert parse_show("A=1\nB=x=y\n\nnoise\nC=\n") == {"A": "1", "B": "x=y", "C": ""}


def test_this_process_started_after_the_boot_and_before_now() -> None:
    booted = booted_at()
    started = started_at(os.getpid(), booted)
    assert started is not None
    assert booted < started <= time.time() + 1


def test_a_process_name_with_spaces_and_brackets_does_not_shift_the_fields(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    fields = " ".join(str(number) for number in range(4, 23))
    (tmp_path / "7/stat").write_text(f"7 (a) b) S {fields}\n", encoding="utf-8")
    assert started_at(7, 1000.0, str(tmp_path)) == pytest.approx(1000 + 22 / os.sysconf("SC_CLK_TCK"))


@pytest.mark.parametrize("content", [None, "", "7 (x) S 1 2"])
def test_a_process_that_is_gone_has_no_start(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "7").mkdir()
        (tmp_path / "7/stat").write_text(content, encoding="utf-8")
    assert started_at(7, 0.0, str(tmp_path)) is None


def test_only_files_changed_since_are_newer(tmp_path: Path) -> None:
    old, new, absent = (str(tmp_path / name) for name in ("old", "new", "absent"))
    for path, moment in ((old, 100), (new, 300)):
        Path(path).touch()
        os.utime(path, (moment, moment))
    assert newer([old, new, absent], 200.0) == [new]
    assert newer([old, new, absent], None) == [old, new]
    # Written in the same instant: which came first cannot be known, and a needless restart is the lesser harm.
    assert newer([new], 300.01) == [new]


@pytest.mark.parametrize(
    ("changes", "stale", "enabled", "expected"),
    [
        ({}, [], True, []),
        ({}, ["/etc/x"], True, ["restart"]),
        ({"ActiveState": "inactive"}, [], True, ["start"]),
        ({"ActiveState": "failed"}, ["/etc/x"], True, ["start"]),
        ({"UnitFileState": "disabled"}, [], True, ["enable"]),
        ({"UnitFileState": "disabled"}, [], False, []),
        ({"UnitFileState": "disabled", "ActiveState": "inactive"}, [], True, ["enable", "start"]),
        ({"UnitFileState": "disabled"}, ["/etc/x"], True, ["enable", "restart"]),
    ],
)
def test_the_verbs_that_are_needed_and_no_other(
    changes: dict[str, str], stale: list[str], enabled: bool, expected: list[str]
) -> None:
    assert actions(RUNS | changes, stale, enabled=enabled) == expected


def test_a_unit_that_is_not_known_is_enabled_and_started() -> None:
    assert actions({"LoadState": "not-found"}, [], enabled=True) == ["enable", "start"]


@pytest.mark.parametrize(
    ("show", "background", "settled"),
    [
        ({"ConditionResult": "no", "ConditionTimestampMonotonic": "5"}, False, True),
        ({"ConditionResult": "no", "ConditionTimestampMonotonic": "0"}, False, False),
        ({"ConditionResult": "yes", "ConditionTimestampMonotonic": "5"}, False, False),
        ({"ActiveState": "activating"}, True, True),
        ({"ActiveState": "activating"}, False, False),
    ],
)
def test_a_unit_that_need_not_run(show: dict[str, str], background: bool, settled: bool) -> None:
    assert unit_state.settled(show, background=background) is settled


def test_several_units_are_read_at_once() -> None:
    text = "ActiveState=active\n\nActiveState=failed\nMainPID=0\n"
    assert unit_state.parse_blocks(text, ["a", "b"])["b"] == {"ActiveState": "failed", "MainPID": "0"}


def test_a_unit_without_a_process_is_as_old_as_its_state() -> None:
    assert unit_state.began({"MainPID": "0", "ActiveEnterTimestampMonotonic": "2000000"}, 100.0) == 102.0
    assert unit_state.began({}, 100.0) is None
