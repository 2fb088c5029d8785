# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The figures of PostgreSQL's benches as rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def _median(seen: Mapping[str, Any]) -> str:
    if seen["median"] is None:
        return "killed" if seen["killed"] else "failed"
    low, high = seen["interval"]
    lost = f", {seen['failed']} failed" if seen["failed"] else ""
    return f"{seen['median']:.0f} ({low:.0f} to {high:.0f}{lost})"


def rows(cells: Mapping[str, Any]) -> list[Sequence[object]]:
    """Return the throughput: transactions a second, median and interval; ours over the best peer; the verdict."""
    if not cells:
        return []
    names = list(next(iter(cells.values()))["contenders"])
    found: list[Sequence[object]] = [["cell", *names, "best peer", "ours / best", "verdict"]]
    for name, cell in cells.items():
        low, high = cell["interval"] or ("-", "-")
        ratio = f"{cell['ratio']} ({low} to {high})" if cell["ratio"] else "-"
        figures = [_median(cell["contenders"][each]) for each in names]
        found.append([name, *figures, cell["best_peer"] or "-", ratio, cell["verdict"]])
    return found


KILL_COLUMNS = {
    "rounds": "rounds",
    "bad_rounds": "bad rounds",
    "killed": "killed",
    "dropped": "sessions dropped",
    "no_memory": "out of memory",
    "aborted": "sessions aborted",
    "failed_starts": "failed starts",
    "clients": "clients",
    "peak_mib": "peak MiB",
    "asks_mib": "may ask for, MiB",
}


def kill_rows(cells: Mapping[str, Any]) -> list[Sequence[object]]:
    """Return the kill test, a row a contender, load and limit."""
    head: Sequence[object] = ["cell", *KILL_COLUMNS.values()]
    return [head, *([name, *(cell[key] for key in KILL_COLUMNS)] for name, cell in cells.items())]
