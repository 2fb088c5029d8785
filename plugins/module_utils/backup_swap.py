# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Putting restored files into the place of others: whole or not at all, and taken up again where a run was killed.

All is made in a directory of its own inside the place, so that every step is a rename. Until it is ready the old files
are untouched; from then on only forward leads out.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

STAGING = ".holdfast-restore"
NEW, OLD, READY, EMPTIED = "new", "old", "ready", "emptied"


def begin(place: Path) -> Path:
    """Return an empty directory inside a place, after removing what a killed run left. Raises OSError.

    The new files are made in its directory ``new``, whose owner and mode the place is to have.
    """
    settle(place)
    staging = place / STAGING
    staging.mkdir(mode=0o700)
    return staging


def ready(place: Path) -> None:
    """Keep that the new files are whole. Raises OSError."""
    _mark(place / STAGING / READY)


def settle(place: Path) -> bool:
    """Have the new files in place where they were ready, the old ones where not. Tell whether the new ones are.

    May be killed and called again at any moment. Raises OSError.
    """
    staging = place / STAGING
    if not (staging / READY).exists():
        if staging.exists():
            shutil.rmtree(staging)
        return False
    old, new = staging / OLD, staging / NEW
    if not (staging / EMPTIED).exists():
        old.mkdir(exist_ok=True)
        for each in sorted(place.iterdir()):
            if each != staging:
                each.rename(old / each.name)
        _mark(staging / EMPTIED)
    # Where a run was killed after this loop, there is nothing left to move.
    if new.exists():
        for each in sorted(new.iterdir()):
            each.rename(place / each.name)
        seen = new.stat()
        os.chown(place, seen.st_uid, seen.st_gid)
        shutil.copystat(new, place)
        new.rmdir()
    if old.exists():
        shutil.rmtree(old)
    (staging / READY).unlink()
    shutil.rmtree(staging)
    return True


def is_empty(place: Path) -> bool:
    """Tell whether nothing but what a killed run left is there. Raises OSError."""
    return all(each.name == STAGING for each in place.iterdir())


def _mark(file: Path) -> None:
    # The names moved before must be on the disk before what says so.
    os.sync()
    file.touch()
    os.sync()
