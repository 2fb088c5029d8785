# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rows as lines of a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

# Ansible prints the lines as a list in YAML, which breaks what is longer than 80 columns with its indentation.
WIDTH = 72


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Return rows as lines, every column but the last as wide as its widest cell."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))] if rows else []
    return [
        (indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def wrapped(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Return rows as columns does, the last column wrapped into several lines where the terminal ends."""
    lines = []
    heads = columns([row[:-1] for row in rows], indent) if rows else []
    start = max((len(head) for head in heads), default=0) + 2
    for head, row in zip(heads, rows, strict=True):
        parts = textwrap.wrap(row[-1], max(20, WIDTH - start), break_on_hyphens=False) or [""]
        lines.append((head.ljust(start) + parts[0]).rstrip())
        lines += [" " * start + part for part in parts[1:]]
    return lines
