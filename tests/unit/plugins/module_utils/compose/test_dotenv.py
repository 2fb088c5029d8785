# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.dotenv import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("# only\n\n  # comments\n", {}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("\ufeffA=1", {"A": "1"}),
        ("export A=1", {"A": "1"}),
        ("A = spaced  # comment", {"A": "spaced"}),
        ("A=a#b", {"A": "a#b"}),
        ("A=", {"A": ""}),
        ("A=\nB=1", {"A": "", "B": "1"}),
        ("A", {"A": None}),
        ("A: 1", {"A": "1"}),
        ("A='$X # no' # c", {"A": "$X # no"}),
        ('A="l\\nm \\"q\\" \\$x"', {"A": 'l\nm "q" $x'}),
        ('A="one\ntwo"\nB=1', {"A": "one\ntwo", "B": "1"}),
        ("X=x\nA=${X}y$X", {"X": "x", "A": "xyx"}),
        ("A=${OUT:-d}", {"A": "outer"}),
        ("A=${NO:-d}", {"A": "d"}),
        ("A=1\nA=2", {"A": "2"}),
    ],
)
def test_each_rule(text: str, expected: dict[str, str | None]) -> None:
    result = parse(text, {"OUT": "outer"})
    assert result.values == expected
    assert result.problems == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [("A=1\n=x", 2), ("?=x", 1), ("A B", 1), ("\nA='open", 2), ("A='x' y", 1), ("A=${", 1), ("A=${B:?}", 1)],
)
def test_a_problem_names_its_line_and_not_its_value(text: str, line: int) -> None:
    ((number, problem),) = parse(text.replace("x", "s3cret"), {}).problems
    assert number == line
    assert "s3cret" not in problem


@given(st.text(alphabet="AB=:'\"\\ \n#$x{}"))
def test_it_never_raises(text: str) -> None:
    assert isinstance(parse(text, {}).values, dict)
