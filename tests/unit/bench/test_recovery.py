# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The figures of losses, restores and costs as tables."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.recovery.cost import WAYS, tps
from tests.bench.recovery.tables import PARTS, cost_rows, size_rows, trial_rows
from tests.bench.recovery.trials import kept


def _trial(lost: float, *, whole: bool = False, missing: int = 0) -> dict[str, Any]:
    parts = {part: float(number) for number, part in enumerate(PARTS)} if whole else {}
    found = {
        "whole": whole,
        "wrote": 100,
        "lost": lost,
        "missing": missing,
        "seconds": 13.0,
        "parts": parts,
        "load": 2.5,
    }
    return found | {"answered": 80.4 if whole else None}


def test_each_kind_of_loss_has_a_row_with_its_median_and_its_worst() -> None:
    cells = {"1": _trial(10), "2": _trial(61, missing=2), "3": _trial(20), "4": _trial(5, whole=True)}
    head, *rows = trial_rows(cells)
    assert [dict(zip(head, row, strict=True))["what was lost"] for row in rows] == [
        "containers and volumes",
        "the host",
    ]
    assert rows[0] == ["containers and volumes", 3, "20.0", "61.0", 1, "2 of 300", "13", "13", "-", "2.5 to 2.5"]
    assert rows[1] == ["the host", 1, "5.0", "5.0", 0, "0 of 100", "80", "80", "0, 1, 2, 3", "2.5 to 2.5"]
    assert [kept(each) for each in cells.values()] == [True, False, True, True]


def test_a_kind_that_was_not_lost_has_no_row() -> None:
    assert len(trial_rows({"1": _trial(10)})) == 2


def test_a_size_has_its_ways_and_their_ratios() -> None:
    seconds = {f"{name}_seconds": 1.5 for name in ("backup", "restore", "fetch", "replay", "raw", "local")}
    cell = {
        "database_bytes": 5 << 30,
        "stored_bytes": 1 << 30,
        "log_bytes": 32 << 20,
        "ratio": 1.08,
        "ratio_local": 2.5,
        **seconds,
    }
    head, row = size_rows({"5 GiB": cell})
    assert dict(zip(head, row, strict=True))["of it: fetch, replay"] == "1.5, 1.5"
    assert row[:3] == ["5120", "1024", "32"]


def test_the_ratio_is_that_of_the_rounds_and_not_of_the_medians() -> None:
    cells = {WAYS[0]: {"tps": [100.0, 200.0, 300.0]}, WAYS[1]: {"tps": [90.0, 100.0, 270.0]}}
    cells[WAYS[2]] = {"tps": [50.0, 100.0, 150.0]}
    _, *rows = cost_rows(cells)
    assert [row[-1] for row in rows] == ["1.000", "0.900", "0.500"]


def test_what_pgbench_tells() -> None:
    assert tps("latency average = 1 ms\ntps = 812.345678 (without initial connection time)\n") == 812.345678
    with pytest.raises(ValueError, match="pgbench told nothing"):
        tps("connection refused")
