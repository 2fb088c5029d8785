# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rows as lines: what lines up, and what is broken where a terminal ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.render.columns import WIDTH, columns, wrapped


def test_the_last_column_is_wrapped_below_itself() -> None:
    lines = wrapped([("a", "word " * 30), ("long", "x")])
    assert lines[0].startswith("  a     word word")
    assert lines[1].startswith("        word")
    assert lines[-1] == "  long  x"


@given(st.lists(st.tuples(st.text("ab", max_size=9), st.text("ab ", max_size=300)), max_size=4))
def test_no_line_is_too_long_and_no_word_is_lost(rows: list[tuple[str, str]]) -> None:
    lines = wrapped(rows)
    assert all(len(line) <= WIDTH for line in lines)
    assert "".join(lines).replace(" ", "") == "".join("".join(row) for row in rows).replace(" ", "")


def test_nothing_is_no_line() -> None:
    assert columns([]) == wrapped([]) == []
