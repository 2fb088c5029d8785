# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One at a time on a host: backups, drills and restores change what the others read."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

LOCK = Path("/run/holdfast-backup.lock")


@contextlib.contextmanager
def alone(path: Path = LOCK, *, waits: bool = True) -> Iterator[None]:
    """Wait until nobody else changes repositories or data from this host. Raises BlockingIOError without waits."""
    with path.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
