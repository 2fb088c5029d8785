# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Plain values in the text forms that Compose gives them."""

from __future__ import annotations

import math
import re
from fractions import Fraction

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_EXPONENT_FROM = 21  # Go's %v writes a float with an exponent from 1e21 on, and below 1e-4
_DIGITS_MAX = 17


def go_text(value: object) -> str:
    """Return a plain value as the text that a container gets: true, 3000, 1.1, 1e+30."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, float):
        return "" if value is None else str(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    exponent = int(f"{value:e}".partition("e")[2])
    if value and not -4 <= exponent < _EXPONENT_FROM:
        digits = next(n for n in range(_DIGITS_MAX) if float(f"{value:.{n}e}") == value)
        return f"{value:.{digits}e}"
    text = repr(value)
    return f"{value:.0f}" if "e" in text else text.removesuffix(".0")


def nanoseconds(text: str) -> int:
    """Return a Compose duration (``1m30s``, ``1.5s``, ``100ms``) in nanoseconds. Raises ValueError for others."""
    parts = _PART.findall(text)
    if text == "0":
        return 0
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("a duration is written like 30s, 1m30s or 500ms")
    return int(sum(Fraction(number.rstrip(".")) * _UNITS[unit] for number, unit in parts))


def duration_text(total: int) -> str:
    """Return nanoseconds as Go writes a duration: 1m30s, 1h0m0s, 1.5s, 100ms, 0s."""
    for unit, factor in (("ns", 1), ("µs", 10**3), ("ms", 10**6)):
        if 0 < total < factor * 1000:
            return f"{_decimal(Fraction(total, factor))}{unit}"
    minutes, rest = divmod(total, _UNITS["m"])
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_decimal(Fraction(rest, _UNITS['s']))}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _decimal(number: Fraction) -> str:
    whole, rest = divmod(number, 1)
    fraction = f"{int(rest * 10**9):09d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
