# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Two works wait for each other, or one of them goes away."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_lock as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError


def held(lock: Path) -> bool:
    """Tell whether somebody holds a lock."""
    with lock.open("w", encoding="utf-8") as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_two_wait_for_each_other(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subject.alone(lock):
        assert held(lock)
    assert not held(lock)
    with pytest.raises(FailedError), subject.alone(lock):
        raise FailedError("no room")
    assert not held(lock)


def test_who_does_not_wait_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subject.alone(lock), pytest.raises(BlockingIOError), subject.alone(lock, waits=False):
        pass
    with subject.alone(lock, waits=False):
        assert held(lock)
