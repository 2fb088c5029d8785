# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The page about faults says of each what was seen, and of what stayed silent that it did."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.recovery.faults.rows import ROWS
from tools import faults

TOLD = {
    "commit": "abc", "load": 1.5, "what": "a fault", "silent": False, "by": "truth", "where": "findings of verify",
    "said": "backup.x: `odd` | more", "seconds": 4.2, "during": {"restored": True}, "after": {"restored": True},
    "stand_in": "", "harmless": False, "others": [], "meanwhile": None,
}  # fmt: skip
REFUSED = {"restored": False, "refused": "no"}


def shown(directory: Path, **changes: Any) -> str:
    """Return the line of a fault on the page."""
    file = directory / faults.KEPT
    file.parent.mkdir(parents=True, exist_ok=True)
    cells = {"one": TOLD | changes}
    file.write_text(json.dumps({"machine": {"cpus": 2, "memory_mib": 1000}, "cells": cells}), encoding="utf-8")
    return faults.page(directory).splitlines()[-1]


def test_before_the_first_there_is_nothing(tmp_path: Path) -> None:
    assert faults.page(tmp_path).endswith("Not measured yet.\n")


def test_who_told_and_how(tmp_path: Path) -> None:
    line = shown(tmp_path, stand_in="another")
    told = "findings of verify: `backup.x: 'odd' \\| more`"
    assert line == f"| a fault (played by another) | `truth`, every 5 min; 4 s | {told} | yes |  |"
    assert len(shown(tmp_path, said="x" * 500)) < 300


def test_what_stayed_silent(tmp_path: Path) -> None:
    assert "| **not at all** |" in shown(tmp_path, silent=True, by="", where="", said="")
    assert "1 faults, 1 of them silent" in faults.page(tmp_path)


def test_what_nobody_has_to_tell(tmp_path: Path) -> None:
    assert "| nothing is lost by it |  | yes |" in shown(tmp_path, harmless=True, by="", where="", said="")


@pytest.mark.parametrize(
    ("during", "after", "told"),
    [
        ({"restored": True}, {"restored": True}, "yes"),
        ({"restored": True, "refused": "no", "from": 2}, {"restored": True}, "yes, by `--repository 2`"),
        (REFUSED, {"restored": True}, "refused; once it is undone, yes"),
        ({"restored": False}, REFUSED, "**short of it**; once it is undone, **no**"),
    ],
)
def test_what_came_back(tmp_path: Path, during: dict[str, Any], after: dict[str, Any], told: str) -> None:
    assert shown(tmp_path, during=during, after=after).endswith(f"| {told} |  |")


def test_how_soon_the_others_had_the_next_commit(tmp_path: Path) -> None:
    assert shown(tmp_path, others=[1, 3], meanwhile=2.04).endswith("| 1 and 3: 2.0 s |")
    assert shown(tmp_path, others=[1]).endswith("| 1: **held up** |")


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_every_row_can_be_told_of(row: Any) -> None:
    assert re.compile(row.tells)
    assert not re.search(row.tells, "")
    assert set(row.works) <= set(faults.WHEN)
