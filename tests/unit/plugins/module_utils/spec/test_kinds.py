# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Each kind of value: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    CPUS,
    PORT,
    SECONDS,
    SIZE,
    Choice,
    Flag,
    Integer,
    Kind,
    ListOf,
    MapOf,
    OneOrMore,
    Scalar,
    Text,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

WORD = Text(accepts="a word", pattern=r"[a-z]+")
KINDS: dict[str, Kind] = {
    "text": WORD,
    "choice": Choice(choices=("queue", "cache")),
    "integer": Integer(low=1, high=5),
    "flag": Flag(),
    "size": SIZE,
    "cpus": CPUS,
    "seconds": SECONDS,
    "port": PORT,
    "scalar": Scalar(),
    "list": ListOf(entry=WORD),
    "map": MapOf(entry=WORD),
    "one or more": OneOrMore(entry=WORD),
}
RAW = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("text", "abc", "abc"),
        ("choice", "queue", "queue"),
        ("integer", 1, 1),
        ("integer", 5, 5),
        ("flag", False, False),
        ("size", "1GiB", GIB),
        ("cpus", "500m", 0.5),
        ("seconds", "1m", 60.0),
        ("port", 65535, 65535),
        ("scalar", True, "on"),
        ("scalar", False, "off"),
        ("scalar", 1.1, "1.1"),
        ("scalar", "x", "x"),
        ("list", [], ()),
        ("list", ["a", "b"], ("a", "b")),
        ("map", {"A_b.c-1": "x"}, {"A_b.c-1": "x"}),
        ("one or more", "a", ("a",)),
        ("one or more", ["a", "b"], ("a", "b")),
    ],
)
def test_what_is_taken(kind: str, raw: object, expected: object) -> None:
    assert KINDS[kind].read(raw, "p") == (expected, [])


@pytest.mark.parametrize(
    ("kind", "raw", "path", "rule"),
    [
        ("text", "A", "p", "must be a word"),
        ("text", "a\n", "p", "must be a word"),
        ("text", 1.10, "p", "must be a word"),
        ("choice", "queu", "p", "one of queue, cache"),
        ("integer", 0, "p", "from 1 to 5"),
        ("integer", 6, "p", "from 1 to 5"),
        ("integer", True, "p", "whole number"),
        ("integer", "3", "p", "whole number"),
        ("integer", 3.0, "p", "whole number"),
        ("flag", "yes", "p", "true or false"),
        ("flag", 1, "p", "true or false"),
        ("size", "8 parsecs", "p", "512MiB"),
        ("size", True, "p", "512MiB"),
        ("cpus", -1, "p", "0.5 or 2"),
        ("seconds", "soon", "p", "30s"),
        ("port", 0, "p", "65535"),
        ("port", 65536, "p", "65535"),
        ("scalar", [1], "p", "text, a number"),
        ("list", "abc", "p", "a list"),
        ("list", ["a", 1], "p[1]", "a word"),
        ("map", ["a"], "p", "names, each with"),
        ("map", {"a b": "x"}, "p", "a name of letters"),
        ("map", {1: "x"}, "p", "a name of letters"),
        ("map", {"a": 1}, "p.a", "a word"),
        ("one or more", [1], "p[0]", "a word"),
        ("one or more", 1, "p", "a word"),
    ],
)
def test_what_is_refused(kind: str, raw: object, path: str, rule: str) -> None:
    _, (finding,) = KINDS[kind].read(raw, "p")
    assert finding.path == path
    assert rule in finding.rule
    assert finding.level == "error"


def test_a_choice_hints_at_the_nearest_word() -> None:
    assert KINDS["choice"].read("queu", "p")[1][0].hint == "did you mean 'queue'?"


def test_good_entries_survive_bad_ones_so_that_all_findings_come_at_once() -> None:
    assert KINDS["list"].read(["a", 1, "b", 2], "p")[0] == ("a", "b")
    assert [finding.path for finding in KINDS["list"].read(["a", 1, "b", 2], "p")[1]] == ["p[1]", "p[3]"]
    assert KINDS["map"].read({"a": "x", "b": 1}, "p")[0] == {"a": "x"}


@pytest.mark.parametrize("kind", KINDS)
@given(raw=RAW)
def test_nothing_raises_and_a_value_that_is_none_has_a_finding(kind: str, raw: Any) -> None:
    value, findings = KINDS[kind].read(raw, "p")
    assert (value is None) <= bool(findings)
    assert all(finding.path.startswith("p") and finding.rule.startswith("must be") for finding in findings)


def test_every_kind_says_what_it_accepts() -> None:
    assert all(kind.accepts for kind in KINDS.values())
    assert "a word" in KINDS["list"].accepts
    assert "a word" in KINDS["map"].accepts
    assert "a word" in KINDS["one or more"].accepts
