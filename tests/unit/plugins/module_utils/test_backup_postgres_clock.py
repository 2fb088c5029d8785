# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A clock that is ahead makes no log old."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_postgres as subject
from tests.unit.plugins.module_utils.backup_world import settings
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_info import entry
from tests.unit.plugins.module_utils.test_backup_postgres import DAY, world

FIRST = entry()["backup"][0]
LATER = FIRST | {"label": "20260109-000000F", "timestamp": {"start": 100, "stop": 110 + 9 * DAY}}


def unexpired(directory: Path, patched: pytest.MonkeyPatch, backups: list[object], now: float) -> bool:
    """Return whether a full backup removes nothing."""
    patched.setattr(subject, "time", SimpleNamespace(time=lambda: now))
    seen = world([entry(backup=backups)])
    subject.backup(engine(directory, seen), settings(directory), "full")
    return seen.count("--repo=1 --no-expire-auto --type=full backup") == 1


def test_by_a_clock_that_is_ahead_no_log_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not unexpired(tmp_path, monkeypatch, [FIRST], 110 + DAY)
    assert unexpired(tmp_path, monkeypatch, [FIRST], 110 + 9 * DAY)
    # It is ahead in the next backup, too.
    assert unexpired(tmp_path, monkeypatch, [FIRST, LATER], 120 + 9 * DAY)
    assert not unexpired(tmp_path, monkeypatch, [LATER], 120 + 9 * DAY)


def test_a_backup_from_the_future_keeps_no_log_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not unexpired(tmp_path, monkeypatch, [FIRST, LATER], 170)
