# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Each kind of value: what it takes, in which form it returns it, and what it says of the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import (
    BAD,
    Kind,
    anything,
    boolean,
    choice,
    cpus,
    duration,
    has_text_keys,
    integer,
    listing,
    mapping,
    one_of,
    pair_map,
    plain,
    record,
    size,
    size_or_unlimited,
    text,
    under,
    unsupported,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

_UNITS = listing(integer(0, 9))
_EITHER = one_of((str, text), (dict, mapping(integer())))
_RECORD = record({"name": text, "count": integer(0)}, needs=["name"])
_PARTIAL = record({"name": text, "count": integer(0)}, needs=["name"], partial=True)


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        *[(text, one, one) for one in ("", "a", "1000")],
        (plain, "a", "a"),
        (plain, 1, "1"),
        (plain, True, "true"),
        (plain, 1.0, "1"),
        (plain, 1e30, "1e+30"),
        *[(boolean, one, True) for one in (True, "true", "YES", "1", "y", "On")],
        *[(boolean, one, False) for one in (False, "false", "No", "0", "n", "off")],
        (integer(), 5, 5),
        (integer(), "-5", -5),
        (integer(), "+5", 5),
        (integer(), 5.0, 5),
        (integer(0, 5), 5, 5),
        (duration, "90s", "1m30s"),
        (duration, "0", "0s"),
        (duration, "1500us", "1.5ms"),
        (size, 0, 0),
        (size, "0", 0),
        (size, "1k", 1024),
        (size, "1.5g", 3 << 29),
        (size, 7, 7),
        (size, "2GiB", 2 << 30),
        (size_or_unlimited, -1, -1),
        (size_or_unlimited, "-1", -1),
        (size_or_unlimited, "1m", 1 << 20),
        (cpus, 0, 0.0),
        (cpus, "0.5", 0.5),
        (cpus, 2, 2.0),
        (choice("a", "b"), "b", "b"),
        (_UNITS, [], []),
        (_UNITS, [1, "1", 2], [1, 2]),
        (listing(text, unique=False), ["a", "a"], ["a", "a"]),
        (listing(text, single=True), "a", ["a"]),
        (listing(text, single=True), ["a", "b", "a"], ["a", "b"]),
        (listing(mapping(integer())), [{"a": 1}, {"a": 1}], [{"a": 1}, {"a": 1}]),
        (mapping(integer()), {}, {}),
        (mapping(integer()), {"a": "1"}, {"a": 1}),
        (pair_map(None), {"A": 1, "B": None}, {"A": "1", "B": None}),
        (pair_map(None), ["A=1", "B"], {"A": "1", "B": None}),
        (pair_map(""), ["A=b=c", "B"], {"A": "b=c", "B": ""}),
        (pair_map(""), {"A": True}, {"A": "true"}),
        (_RECORD, {"name": "a", "count": "1"}, {"name": "a", "count": 1}),
        (_RECORD, {"name": "a", "x-y": 1}, {"name": "a"}),
        (_RECORD, {"name": "a", "count": None}, {"name": "a"}),
        *[(anything, one, one) for one in (None, [1], {1: 2})],
        (under("path"), "a", {"path": "a"}),
        (_EITHER, "a", "a"),
        (_EITHER, {"a": 1}, {"a": 1}),
    ],
)
def test_a_good_value_has_one_form(kind: Kind, value: Any, normal: Any) -> None:
    report = Report()
    result = kind(value, "p", report)
    assert (result, type(result)) == (normal, type(normal))
    assert report.findings == []


def refused(kind: Kind, rule: str, hint: str, *values: Any) -> list[tuple[Kind, Any, str, str]]:
    """Return a row for each of the values that a kind refuses in the same words."""
    return [(kind, value, rule, hint) for value in values]


@pytest.mark.parametrize(
    ("kind", "value", "rule", "hint"),
    [
        *refused(text, "must be a text", "put it in quotes", 1, 1.5, True),
        *refused(text, "must be a text", "", None, [], {}),
        *refused(plain, "must be a plain value", "", None, [], {}),
        *refused(boolean, "must be true or false", "", None, 0, 1, 1.0, "", "maybe", []),
        *refused(integer(), "must be a whole number", "", True, 1.5, "", "+", "--1", "1.0", "a", None, "٣"),
        *refused(integer(0, 9), "must be a whole number from 0 to 9", "", -1, 10, "10"),
        (integer(1), 0, "must be a whole number from 1", ""),
        (integer(None, 1), 2, "must be a whole number to 1", ""),
        *refused(duration, "a duration is", "add the unit", 5, "5", "1d", "", None, "-1s", True),
        *refused(size, "must be a size", "512m", -1, "-1", "1x", "", True, None, []),
        *refused(size_or_unlimited, "must be a size", "512m", -2, "x", None),
        *refused(cpus, "must be a number of CPUs", "0.5", True, -1, "500m", "inf", "nan", None, []),
        (choice("start", "stop"), "strat", "known values", "did you mean 'start'?"),
        *refused(choice("start", "stop"), "known values", "known: start, stop", None, 12, []),
        *refused(_UNITS, "must be a list", "", "1", None, {}, 1),
        *refused(listing(text, single=True), "must be a list or a text", "", 1, None, {}),
        *refused(mapping(text), "must be a mapping", "", "a", None, []),
        (mapping(text), {1: "a"}, "a key must be a text, not 1", "put the key in quotes"),
        *refused(pair_map(""), "must be a mapping, or a list of NAME=value", "", "A=1", 1, [1], [{}]),
        (_EITHER, 1, "must be one of the forms", ""),
        *refused(unsupported("is gone", "use x"), "is gone", "use x", None, 1, {}),
    ],
)
def test_a_bad_value_is_told_with_a_way_out(kind: Kind, value: Any, rule: str, hint: str) -> None:
    report = Report()
    assert kind(value, "p", report) is BAD
    assert [finding.path for finding in report.findings] == ["p"]
    assert rule in report.findings[0].rule
    assert hint in report.findings[0].hint
    assert bool(hint) == bool(report.findings[0].hint)


@pytest.mark.parametrize(
    ("kind", "value", "paths"),
    [
        (_UNITS, [1, "x", 2, 99], ["p[1]", "p[3]"]),
        (mapping(integer()), {"a": "x", "b": 1, "c": []}, ["p.a", "p.c"]),
        (pair_map(None), {"A": [], "B": 1}, ["p.A"]),
        (_RECORD, {"nam": "a", "count": -1}, ["p.nam", "p.count", "p.name"]),
        (_RECORD, {"name": "a", "cuont": 1}, ["p.cuont"]),
        (_RECORD, {"name": None}, ["p.name"]),
        (_RECORD, {}, ["p.name"]),
        (listing(_RECORD), [{"name": "a"}, {"name": 1}], ["p[1].name"]),
    ],
)
def test_all_that_is_wrong_inside_is_told_at_its_place(kind: Kind, value: Any, paths: list[str]) -> None:
    report = Report()
    assert kind(value, "p", report) is BAD
    assert [finding.path for finding in report.findings] == paths


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ({"name": "a", "count": -1}, {"name": "a"}),
        ({"count": 1}, {"count": 1}),
        ({"name": "a", "cout": 1}, {"name": "a"}),
        ({"name": 1, "count": "x"}, {}),
    ],
)
def test_a_partial_record_keeps_what_is_good(value: Any, good: dict[str, Any]) -> None:
    report = Report()
    assert _PARTIAL(value, "p", report) == good
    assert report.failed


def test_an_unknown_key_brings_the_nearest_one() -> None:
    report = Report()
    _RECORD({"name": "a", "cuont": 1}, "p", report)
    assert [finding.hint for finding in report.findings] == ["did you mean 'count'?"]


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ({"a": 1}, []),
        ({}, []),
        ("a", ["must be a mapping"]),
        ({True: 1, None: 2, "a": 3}, ["a key must be a text, not true", "a key must be a text, not "]),
    ],
)
def test_keys_are_texts(value: Any, rules: list[str]) -> None:
    report = Report()
    assert has_text_keys(value, "p", report) == (not rules)
    assert [finding.rule for finding in report.findings] == rules


_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)


@given(
    st.sampled_from(
        [text, plain, boolean, integer(0, 9), duration, size, size_or_unlimited, cpus, _UNITS, _EITHER, _RECORD]
    ),
    _PLAIN | st.lists(_PLAIN, max_size=2) | st.dictionaries(_PLAIN, _PLAIN, max_size=2),
)
def test_a_value_is_bad_exactly_when_that_is_told(kind: Kind, value: Any) -> None:
    report = Report()
    assert (kind(value, "p", report) is BAD) == report.failed
