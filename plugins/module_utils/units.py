# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Sizes, CPU shares and durations: text in, numbers out, and back."""

from __future__ import annotations

import math
import re

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
TIB = 1024 * GIB

# Docker's own rule (docker/go-units RAMInBytes): every prefix is binary, the B and the i are optional.
_BYTE_FACTORS = {"": 1, "k": KIB, "m": MIB, "g": GIB, "t": TIB}
_BYTES = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$", re.IGNORECASE)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_bytes(value: object) -> int:
    """Return a size in bytes. 1GB, 1GiB, 1024m and 1073741824 are the same size; a bare number is bytes.

    Raises ValueError for anything else, zero and negative sizes included.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is not a size such as 512MiB or 8GB")
    match = _BYTES.match(str(value))
    if match is None:
        raise ValueError(f"{value!r} is not a size such as 512MiB or 8GB")
    size = float(match[1]) * _BYTE_FACTORS[match[2].lower()]
    if not 1 <= size < math.inf:
        raise ValueError(f"{value!r} is not a size above zero")
    return int(size)


def format_bytes(size: float) -> str:
    """Return a size for people: 512 MiB, 7.6 GiB. Exact multiples carry no fraction."""
    sign = "-" if size < 0 else ""
    size = abs(size)
    for factor, unit in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        # From where a smaller unit would be rounded up to 1024.0 of it.
        if size >= factor * (1 - 0.05 / 1024):
            number = size / factor
            return f"{sign}{number:.0f} {unit}" if number == int(number) else f"{sign}{number:.1f} {unit}"
    return f"{sign}{size:.0f} B"


def parse_cpus(value: object) -> float:
    """Return a number of CPUs (0.5, "2", "500m" as Kubernetes writes it). Raises ValueError unless above zero."""
    text = str(value).strip()
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(text[:-1]) / 1000 if text.endswith("m") else float(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a number of CPUs such as 0.5 or 2") from None
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"{value!r} is not a number of CPUs above zero")
    return number


def parse_duration(value: object) -> float:
    """Return a duration in seconds. Accepts 90, "90s", "1m30s", "7d". Raises ValueError for anything else."""
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is not a duration such as 30s or 1h30m")
    text = str(value).strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _finite(float(text), value)
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{value!r} is not a duration such as 30s or 1h30m")
    return _finite(sum(float(number) * _SECONDS[unit] for number, unit in parts), value)


def _finite(seconds: float, value: object) -> float:
    if not math.isfinite(seconds):
        raise ValueError(f"{value!r} is not a duration that ends")
    return seconds
