# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Files and directories that appear whole or not at all, however the process ends."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

# A fixed name, so that the next run finds and removes what a killed one left. It starts with a dot because most
# programs that read a directory of drop-ins pass over such names.
PREFIX = ".holdfast-new."


@dataclass(frozen=True, kw_only=True)
class Owned:
    """Mode and owner, as numbers."""

    mode: int
    uid: int
    gid: int


def temporary(path: Path) -> Path:
    """Return where the new version of ``path`` is made: beside it, for only there a rename is atomic."""
    return path.with_name(PREFIX + path.name)


def write_file(path: Path, data: bytes, owned: Owned, *, keep: bool = False) -> None:
    """Put ``data`` at ``path`` with its mode and owner already set.

    With ``keep`` a file that is already there wins, and FileExistsError is raised. Raises OSError.
    """
    new = temporary(path)
    clear(path)
    # 0600 from the first moment: nobody else may open the file while its owner is not yet set.
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchown(descriptor, owned.uid, owned.gid)
            os.fchmod(descriptor, owned.mode)
            os.fsync(descriptor)
        if keep:
            path.hardlink_to(new)
        else:
            new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    sync_directory(path.parent)


def make_directory(path: Path, owned: Owned) -> None:
    """Make ``path``, whose parent exists, with its mode and owner already set. Raises OSError."""
    new = temporary(path)
    clear(path)
    new.mkdir(mode=0o700)
    try:
        os.chown(new, owned.uid, owned.gid)
        new.chmod(owned.mode)
        new.rename(path)
    except OSError:
        new.rmdir()
        raise
    sync_directory(path.parent)


def set_attributes(path: Path, owned: Owned) -> None:
    """Set owner, then mode: a change of owner clears set-user-ID bits. Raises OSError."""
    os.chown(path, owned.uid, owned.gid)
    path.chmod(owned.mode)


def clear(path: Path) -> None:
    """Remove what a killed run left beside ``path``. Raises OSError."""
    left = temporary(path)
    if left.is_dir() and not left.is_symlink():
        left.rmdir()
    else:
        with contextlib.suppress(NotADirectoryError):
            left.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a loss of power. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
