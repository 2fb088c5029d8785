# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Ansible's values as plain Python: the one place that knows of tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return a value of plain dict, list, str, int, float, bool and None, at any depth.

    ansible-core 2.19 and later hand out subclasses of these types that carry where a value came from.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(entry) for entry in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return bool(value) if kind is bool else kind(value)
    return value
