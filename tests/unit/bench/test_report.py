# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The page of figures shows what the kept files say, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import report

ONE = {
    "machine": {"cpus": 2, "memory_mib": 100, "kernel": "6.1", "processor": "a processor"},
    "cells": {
        "holdfast web 1 GiB": {
            "date": "2026-01-02T03:04:05+00:00", "rounds": 20, "bad_rounds": 0, "killed": 0, "dropped": 0,
            "no_memory": 0, "aborted": 0, "failed_starts": 0, "clients": 28, "peak_mib": 400, "asks_mib": 1000,
        },
    },
}  # fmt: skip


def test_the_page_is_fresh() -> None:
    texts = {page: page.read_text(encoding="utf-8") for page in report.PAGES}
    assert {page: report.page(text) for page, text in texts.items()} == texts, "run `make tuning`"
    shown = {match["name"] for text in texts.values() for match in report.BLOCK.finditer(text)}
    assert shown == {*report.BENCHES, "plan"}


def test_a_block_is_written_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "KEPT", tmp_path)
    text = "before\n<!-- bench: postgres-kill -->\nstale figures\n<!-- /bench -->\nafter\n"
    assert "Not measured yet." in report.page(text)
    (tmp_path / "postgres-kill.json").write_text(json.dumps(ONE), encoding="utf-8")
    made = report.page(text)
    assert made.startswith("before\n<!-- bench: postgres-kill -->\nMeasured 2026-01-02 on 2 CPUs (a processor)")
    assert "| holdfast web 1 GiB | 20 | 0 | 0 | 0 | 0 | 0 | 0 | 28 | 400 | 1000 |" in made
    assert "stale" not in made
    assert report.page(made) == made


def test_a_cell_cannot_break_its_table() -> None:
    assert report.markdown([["a", "b"], ["x|y", 1]]) == "| a | b |\n|---|---|\n| x\\|y | 1 |"
