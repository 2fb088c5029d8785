# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A directory tree that looks like a machine's root: /proc and /sys as text, real or made up for a test."""

from __future__ import annotations

import os
from pathlib import Path


class Tree:
    """Reads below a root directory. Paths are absolute as the machine sees them.

    What is absent or may not be read is None or empty: a kernel shows what it was built with and what the reader may
    see, and a missing file is a fact about the host.
    """

    def __init__(self, root: str = "/") -> None:
        self.root = Path(root).resolve()

    def at(self, path: str) -> Path:
        """Return the real path of a path of the machine."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        """Return the content of a file, None where it cannot be read (EINVAL of a link that is down included)."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def names(self, path: str) -> list[str]:
        """Return the sorted names in a directory, none where it cannot be read."""
        try:
            return sorted(entry.name for entry in self.at(path).iterdir())
        except OSError:
            return []

    def target(self, path: str) -> str | None:
        """Return what a symbolic link says, None where it cannot be read."""
        try:
            return str(self.at(path).readlink())
        except OSError:
            return None

    def resolve(self, path: str) -> str | None:
        """Return a path with its links followed, as the machine sees it; None where it is missing or leads outside."""
        try:
            return "/" + self.at(path).resolve(strict=True).relative_to(self.root).as_posix()
        except (OSError, ValueError, RuntimeError):
            # Up to Python 3.12 links in a circle are a RuntimeError.
            return None

    def has(self, path: str) -> bool:
        """Return whether there is anything at a path."""
        return os.access(self.at(path), os.F_OK)

    def is_directory(self, path: str) -> bool:
        """Return whether a path is a directory."""
        return self.at(path).is_dir()
