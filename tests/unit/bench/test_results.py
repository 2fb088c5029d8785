# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Cells are chosen by pattern and merged by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.results import chosen, keep, table


@pytest.mark.parametrize(
    ("patterns", "names"), [("", ["a 1", "a 2", "b"]), ("a*", ["a 1", "a 2"]), ("b, a 1", ["a 1", "b"])]
)
def test_patterns_choose_cells(patterns: str, names: list[str]) -> None:
    assert chosen(["a 1", "a 2", "b"], patterns) == names


def test_a_pattern_that_matches_nothing_is_told_with_the_names() -> None:
    with pytest.raises(ValueError, match=r"no cell is called c\*; there are: a, b"):
        chosen(["a", "b"], "a,c*")


def test_a_cell_that_is_run_again_replaces_itself_alone(tmp_path: Path) -> None:
    keep("x", {"a": {"rate": 1}, "b": {"rate": 2}}, {"pairs": 5}, tmp_path)
    keep("x", {"b": {"rate": 3}}, {"pairs": 7}, tmp_path)
    report = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    figures = {name: (cell["rate"], cell["pairs"]) for name, cell in report["cells"].items()}
    assert figures == {"a": (1, 5), "b": (3, 7)}
    assert report["machine"]["cpus"]
    assert report["date"]


def test_a_table_is_aligned() -> None:
    assert table([("cell", "n"), ("a long one", 1)]) == "cell        n\n----------  -\na long one  1"
