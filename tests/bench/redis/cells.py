# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is measured, and the table of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.units import MIB, format_bytes

from .contenders import Case

SIZES = {"50 B": 50, "1 KiB": 1 << 10, "100 KiB": 100 << 10}
HEADING = (
    "cell", "contender", "killed", "ended in", "forks", "keys", "missing", "wrong", "refused", "maxmemory",
    "data", "copied", "peak", "p99 ms",
)  # fmt: skip


def cells(server: str) -> dict[str, tuple[Case, int]]:
    """Return what can be measured of a server: case and size of values by name, as "queue 256 MiB 1 KiB"."""
    found = {}
    for use in ("queue", "cache"):
        for mib in (64, 256, 512, 1024):
            for name, size in SIZES.items():
                case = Case(limit=mib * MIB, use=use, persist=use == "queue", server=server)
                found[f"{server} {use} {format_bytes(case.limit)} {name}"] = (case, size)
    return found


def _part(value: float) -> str:
    return f"{100 * value:.1f} %"


def rows(report: Mapping[str, Any]) -> list[Sequence[object]]:
    """Return the table's rows: one for each contender of each cell. Parts are of the limit."""
    found: list[Sequence[object]] = [HEADING]
    for name, cell in report.items():
        for contender, seen in cell["contenders"].items():
            shares = [_part(seen[f"{key}_share"]) for key in ("max", "data", "copied", "peak")]
            counts = [seen[key] for key in ("forks", "keys", "missing", "wrong", "refused")]
            ended = str(seen["ended"]).partition(":")[0]
            found.append((name, contender, seen["killed"], ended, *counts, *shares, seen["p99_ms"]))
    return found


def failed(name: str, seen: Mapping[str, Any]) -> list[str]:
    """Return what went wrong with ours in a cell. A cache without persistence may drop keys, but never change one."""
    lost = seen["wrong"] + (seen["missing"] if " queue " in name else 0)
    told = {
        "processes killed": seen["killed"], "forks failed": seen["failed_forks"], "keys lost": lost,
    }  # fmt: skip
    problems = [f"{name}: {count} {what}" for what, count in told.items() if count]
    return problems + ([f"{name}: ended in {seen['ended']}"] if seen["ended"] else [])
