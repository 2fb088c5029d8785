# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""YAML as Compose reads it: the 1.2 core schema with the few older forms that Compose's own parser keeps."""

from __future__ import annotations

from typing import Any


def parse_yaml(text: str, name: str = "<text>") -> Any:
    """Return the plain value that ``text`` holds. Raises ValueError with name and line for anything malformed."""
    raise NotImplementedError


def load_yaml(path: str) -> Any:
    """Return the value of a YAML file. Raises FileNotFoundError, or ValueError with path and line."""
    with open(path, encoding="utf-8") as handle:
        return parse_yaml(handle.read(), path)
