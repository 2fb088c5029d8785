# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Keeping figures: one JSON file a bench, into which cells that were run alone are merged, and the table of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.lab.paths import ROOT

from .boxes import machine

DIRECTORY = ROOT / "build/bench"
# Of what the pages show.
PUBLISHED = ROOT / "docs/bench"


def chosen(names: Iterable[str], patterns: str) -> list[str]:
    """Return the cells that one of the comma-separated patterns matches, all of them without one.

    Raises ValueError where a pattern matches none.
    """
    every = list(names)
    if not patterns:
        return every
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    idle = [pattern for pattern in wanted if not any(fnmatchcase(name, pattern) for name in every)]
    if idle:
        raise ValueError(f"no cell is called {', '.join(idle)}; there are: {', '.join(every)}")
    return [name for name in every if any(fnmatchcase(name, pattern) for pattern in wanted)]


def merged(old: Mapping[str, Any], name: str, cells: Mapping[str, Any], how: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with these cells in place of the same ones before; each keeps its date and how it was run."""
    now = datetime.datetime.now(tz=datetime.UTC).replace(microsecond=0).isoformat()
    fresh = {cell: {"date": now, **how, **dict(figures)} for cell, figures in cells.items()}
    report = {"name": name, "date": now, "machine": machine(), **how}
    return {**report, "cells": {**old.get("cells", {}), **fresh}}


def keep(name: str, cells: Mapping[str, Any], how: Mapping[str, Any], directory: Path = DIRECTORY) -> dict[str, Any]:
    """Merge cells into a directory's NAME.json and return the report. how: what was chosen, as pairs and seconds."""
    file = directory / f"{name}.json"
    old = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    report = merged(old, name, cells, how)
    directory.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def table(rows: Sequence[Sequence[object]]) -> str:
    """Return rows as aligned text; the first is the heading."""
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(f"{cell!s:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
