# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""New files are in place whole, or the old ones are: at every moment at which a run may be killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_swap
from ansible_collections.holdfast.host.plugins.module_utils.backup_swap import NEW, STAGING


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with two old files."""
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "chown", lambda _path, _uid, _gid: None)
    place = tmp_path / "place"
    place.mkdir()
    for name in ("a", "b"):
        (place / name).write_text("old", encoding="utf-8")
    return place


def prepared(place: Path) -> None:
    """Have new files ready: one under an old name, one beside."""
    new = backup_swap.begin(place) / NEW
    new.mkdir(mode=0o750)
    for name in ("b", "c"):
        (new / name).write_text("new", encoding="utf-8")
    backup_swap.ready(place)


def held(place: Path) -> dict[str, str]:
    """Return what the files hold, but for those that are being made."""
    return {each.name: each.read_text(encoding="utf-8") for each in place.iterdir() if each.name != STAGING}


OLD, FRESH = {"a": "old", "b": "old"}, {"b": "new", "c": "new"}


def test_ready_files_take_the_place(place: Path) -> None:
    prepared(place)
    assert held(place) == OLD
    assert backup_swap.settle(place) is True
    assert held(place) == FRESH
    assert place.stat().st_mode & 0o777 == 0o750
    assert not (place / STAGING).exists()


def test_files_that_are_not_ready_leave_no_trace(place: Path) -> None:
    (backup_swap.begin(place) / "half").touch()
    assert not backup_swap.is_empty(place)
    assert backup_swap.settle(place) is False
    assert backup_swap.settle(place) is False
    assert held(place) == OLD
    assert [each.name for each in place.iterdir() if each.name == STAGING] == []


def test_what_is_being_made_does_not_count_as_a_file(tmp_path: Path) -> None:
    assert backup_swap.is_empty(tmp_path)
    backup_swap.begin(tmp_path)
    assert backup_swap.is_empty(tmp_path)


def after(calls: int, real: Callable[..., Any], counted: list[int]) -> Callable[..., Any]:
    """Return a function that ends the process instead of its next call once so many were made, of any kind."""

    def call(*words: Any, **more: Any) -> Any:
        if counted[0] >= calls:
            raise KilledError
        counted[0] += 1
        return real(*words, **more)

    return call


STEPS = ((Path, "rename"), (Path, "mkdir"), (Path, "touch"), (Path, "unlink"), (Path, "rmdir"), (shutil, "rmtree"))


def test_a_run_may_be_killed_before_every_step(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survived = 0
    for calls in range(30):
        shutil.rmtree(place)
        place.mkdir()
        for name in ("a", "b"):
            (place / name).write_text("old", encoding="utf-8")
        prepared(place)
        with monkeypatch.context() as patched:
            counted = [0]
            for where, name in STEPS:
                patched.setattr(where, name, after(calls, getattr(where, name), counted))
            try:
                backup_swap.settle(place)
            except KilledError:
                survived += 1
        backup_swap.settle(place)
        assert held(place) == FRESH, f"killed after {calls} steps"
        assert not (place / STAGING).exists()
    assert 8 <= survived < 30
