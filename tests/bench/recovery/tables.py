# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The figures of losses, restores and costs as tables; the first row is the heading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from tests.recovery.test_recovery import RPO_SECONDS

from .cost import WAYS

Cell = Mapping[str, Any]
PARTS = ("provision", "fetch", "replay", "start")
MIB = 1024**2


def _lost(cells: Sequence[Cell]) -> list[float]:
    return [each["lost"] for each in cells]


def _back(cells: Sequence[Cell]) -> list[float]:
    return [each["answered"] if each["whole"] else each["seconds"] for each in cells]


def _parts(cells: Sequence[Cell]) -> str:
    if not cells[0]["whole"]:
        return "-"
    return ", ".join(f"{median(each['parts'][part] for each in cells):.0f}" for part in PARTS)


# Heading and what a row has below it.
TRIALS: Mapping[str, Callable[[Sequence[Cell]], object]] = {
    "what was lost": lambda cells: "the host" if cells[0]["whole"] else "containers and volumes",
    "trials": len,
    "lost s: median": lambda cells: f"{median(_lost(cells)):.1f}",
    "most": lambda cells: f"{max(_lost(cells)):.1f}",
    f"above {RPO_SECONDS} s": lambda cells: sum(each > RPO_SECONDS for each in _lost(cells)),
    "rows missing before the last": lambda cells: (
        f"{sum(each['missing'] for each in cells)} of {sum(each['wrote'] for each in cells)}"
    ),
    "back after s: median": lambda cells: f"{median(_back(cells)):.0f}",
    "at most": lambda cells: f"{max(_back(cells)):.0f}",
    f"of it: {', '.join(PARTS)}": _parts,
    "load of the machine": lambda cells: (
        f"{min(each['load'] for each in cells)} to {max(each['load'] for each in cells)}"
    ),
}
SIZE: Mapping[str, Callable[[Cell], object]] = {
    "database MiB": lambda each: f"{each['database_bytes'] / MIB:.0f}",
    "in the repository": lambda each: f"{each['stored_bytes'] / MIB:.0f}",
    "log since the backup": lambda each: f"{each['log_bytes'] / MIB:.0f}",
    "full backup s": lambda each: each["backup_seconds"],
    "restore s": lambda each: each["restore_seconds"],
    "of it: fetch, replay": lambda each: f"{each['fetch_seconds']}, {each['replay_seconds']}",
    "raw copy over SSH s": lambda each: each["raw_seconds"],
    "restore to it": lambda each: each["ratio"],
    "copy on the disk s": lambda each: each["local_seconds"],
    "restore to that": lambda each: each["ratio_local"],
}


def trial_rows(cells: Mapping[str, Cell]) -> list[list[object]]:
    """Return a row for each kind of loss."""
    kinds = [[each for each in cells.values() if each["whole"] == whole] for whole in (False, True)]
    return [list(TRIALS), *([read(found) for read in TRIALS.values()] for found in kinds if found)]


def size_rows(cells: Mapping[str, Cell]) -> list[list[object]]:
    """Return a row for each size."""
    return [list(SIZE), *([read(each) for read in SIZE.values()] for each in cells.values())]


def cost_rows(cells: Mapping[str, Cell]) -> list[list[object]]:
    """Return a row for each way of writing. The ratio is the median of the rounds' own ratios."""
    base: Sequence[float] = cells[WAYS[0]]["tps"]
    rows: list[list[object]] = [["pgbench", "transactions a second: median", "least", "most", "of those not archived"]]
    for way in WAYS:
        found = cells[way]["tps"]
        ratio = median(each / other for each, other in zip(found, base, strict=True))
        rows.append([way, f"{median(found):.0f}", f"{min(found):.0f}", f"{max(found):.0f}", f"{ratio:.3f}"])
    return rows
