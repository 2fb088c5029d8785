# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Findings: told apart by level, hinted at, and shown."""

from __future__ import annotations

import json

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import (
    WARNING,
    Finding,
    errors,
    explain,
    line,
    nearest,
    warnings,
)

BAD = Finding(path="a.b", value=3, rule="must be 4", hint="write 4")
ODD = Finding(path="c", rule="is odd", level=WARNING)


def test_levels_part_the_findings() -> None:
    assert errors([BAD, ODD]) == [BAD]
    assert warnings([BAD, ODD]) == [ODD]


def test_a_finding_is_json_with_all_its_keys() -> None:
    assert json.loads(json.dumps(BAD.as_dict())) == {
        "path": "a.b",
        "value": 3,
        "rule": "must be 4",
        "hint": "write 4",
        "level": "error",
    }


@pytest.mark.parametrize(
    ("word", "hint"),
    [("servces", "did you mean 'services'?"), ("zzz", "known: name, services"), ("", "known: name, services")],
)
def test_the_nearest_word_or_all_of_them(word: str, hint: str) -> None:
    assert nearest(word, ["services", "name"]) == hint


def test_the_text_numbers_the_findings_and_leaves_out_what_is_not_there() -> None:
    assert explain([BAD, ODD]).splitlines() == [
        "1. a.b",
        "   value: 3",
        "   rule:  must be 4",
        "   hint:  write 4",
        "2. c",
        "   rule:  is odd",
    ]
    assert explain([]) == ""


def test_a_finding_is_a_line_of_a_log() -> None:
    assert line(BAD) == "a.b: 3: must be 4; write 4"


def test_a_value_of_nothing_is_shown_where_it_is_a_value() -> None:
    assert "value: 0" in explain([Finding(path="x", value=0, rule="must be more")])
