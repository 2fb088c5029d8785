# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Is a setting that a server reports the one that was planned, whatever unit each is written in?"""

from __future__ import annotations

import re

# Units as PostgreSQL reports them in pg_settings.unit, and as a configuration file may give them: in bytes, or in
# milliseconds (PostgreSQL manual, "Parameter Names and Values").
_BYTES = {"B": 1, "kB": 1024, "8kB": 8192, "MB": 1024**2, "16MB": 16 * 1024**2, "GB": 1024**3, "TB": 1024**4}
_TIME = {"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*([A-Za-z]*)")


def _number(text: str, unit: str | None) -> float | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    table = _BYTES if unit in _BYTES else _TIME if unit in _TIME else {}
    factor = table.get(match[2] or unit or "", 1 if not match[2] else None)
    return None if factor is None else float(match[1]) * factor


def same_postgres(wanted: str, reported: str, unit: str | None) -> bool:
    """Tell whether pg_settings' value (in its unit, None for none) is the planned one ("256MB", "'*'", "on")."""
    wanted = wanted.strip().strip("'")
    here, there = _number(wanted, unit), _number(reported, unit)
    return here == there if here is not None and there is not None else wanted == reported


_REDIS_BYTES = {"": 1, "k": 1000, "kb": 1024, "m": 1000**2, "mb": 1024**2, "g": 1000**3, "gb": 1024**3}


def same_redis(wanted: str, reported: str) -> bool:
    """Tell whether CONFIG GET's value is the planned one; Redis reports sizes in bytes, kb is 1024 and k is 1000."""

    def plain(text: str) -> list[str]:
        words = []
        for word in text.lower().strip('"').split():
            match = re.fullmatch(r"(\d+)([kmg]?b?)", word)
            words.append(str(int(match[1]) * _REDIS_BYTES[match[2]]) if match and match[2] in _REDIS_BYTES else word)
        return words

    return plain(wanted) == plain(reported)
