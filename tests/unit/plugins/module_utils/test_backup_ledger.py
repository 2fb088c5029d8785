# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A restore that is open is told, unless somebody works at it or has just begun."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_ledger as subject
from ansible_collections.holdfast.host.plugins.module_utils import backup_report
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING
from tests.unit.plugins.module_utils.backup_world import settings

OPEN = subject.Ledger(asked="time x", repository=1, backup="OLD", timeline=2, step="fetched", stopped=("web",))


def opened(directory: Path, ago: float) -> None:
    """Have a restore that was broken off a while ago."""
    made = settings(directory)
    subject.keep(made, OPEN)
    os.utime(subject.path(made), (time.time() - ago, time.time() - ago))


def test_it_is_kept_until_it_is_closed(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert subject.under_way(made) is None
    assert subject.age(made, time.time()) == 0
    assert subject.keep(made, OPEN) == OPEN
    assert subject.under_way(made) == OPEN
    assert 490 < subject.age(made, time.time() + 500) < 510
    subject.close(made)
    assert subject.under_way(made) is None


@pytest.mark.parametrize(("ago", "told"), [(60, 0), (3600, 1)])
def test_one_that_is_open_is_told(tmp_path: Path, ago: float, told: int) -> None:
    opened(tmp_path, ago)
    found = list(subject.of_ledger(settings(tmp_path)))
    assert [(each.path, each.value, each.level) for each in found] == [
        ("backup.restore.open", "to time x, fetched 1.0 h ago", WARNING)
    ] * told
    assert all(f"rm {tmp_path}/restore.json" in each.hint for each in found)


def test_without_one_nothing_is_told(tmp_path: Path) -> None:
    assert list(subject.of_ledger(settings(tmp_path))) == []


def test_one_that_somebody_works_at_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path, 3600)
    backup_report.begin(tmp_path, "restore", time.time())
    for lives in (True, False):
        monkeypatch.setattr(backup_report, "lives", lambda _pid, so=lives: so)
        assert len(list(subject.of_ledger(settings(tmp_path)))) == (not lives)
    (tmp_path / backup_report.STATE).write_text("{", encoding="utf-8")
    assert len(list(subject.of_ledger(settings(tmp_path)))) == 1


@pytest.mark.parametrize("text", ["{", "{}", '{"stopped": [], "x": 1}', "[]"])
def test_one_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    opened(tmp_path, 3600)
    file = subject.path(settings(tmp_path))
    file.write_text(text, encoding="utf-8")
    os.utime(file, (0, 0))
    (found,) = subject.of_ledger(settings(tmp_path))
    assert (found.path, found.level) == ("backup.restore.open", WARNING)
