# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import interpolate, substitute
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

ENV = {"SET": "s", "EMPTY": "", "OTHER": "o"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$SET", "s"),
        ("${SET}x$OTHER.y", "sxo.y"),
        ("${NO:-d}${EMPTY:-d}${SET:-d}", "dds"),
        ("${NO-d}${EMPTY-d}${SET-d}", "ds"),
        ("${NO:+y}${EMPTY:+y}${SET:+y}", "y"),
        ("${NO+y}${EMPTY+y}${SET+y}", "yy"),
        ("${SET:?no}${SET?no}${EMPTY?no}", "ss"),
        ("${NO:-${NO2:-${SET}x}y}z", "sxyz"),
        ("${NO:-a:b-c?d+e}", "a:b-c?d+e"),
        ('${NO:-{"a":1}}', '{"a":1}'),
        ('${SET:-{"a":1}}', "s"),
        ("$$SET $${SET} $$$SET", "$SET ${SET} $s"),
        ("$1 $ $-", "$1 $ $-"),
        ("${NO-}", ""),
        ("${NO:-$$x}", "$x"),
    ],
)
def test_every_form_has_its_value(text: str, expected: str) -> None:
    result = substitute(text, ENV)
    assert result.text == expected
    assert result.problems == ()


@pytest.mark.parametrize("text", ["${}", "${1}", "${SET", "${ SET }", "${SET.b}", "${SET!}", "${SET:}", "${NO:-${}}"])
def test_a_malformed_variable_is_a_problem(text: str) -> None:
    assert substitute(text, ENV).problems


@pytest.mark.parametrize("text", ["${NO?set it}", "${EMPTY:?set it}", "${SET:+${NO?set it}}"])
def test_a_required_variable_says_its_message(text: str) -> None:
    (problem,) = substitute(text, ENV).problems
    assert "must be set: set it" in problem


def test_an_unset_variable_is_named_once_for_each_use() -> None:
    assert substitute("$NO ${NO2} ${NO3:-x} $EMPTY", ENV).unset == ("NO", "NO2")


def test_nesting_ends_with_a_problem_and_not_with_the_stack() -> None:
    text = "${A:-" * 5000 + "}" * 5000
    assert substitute(text, {}).problems


def test_a_tree_keeps_its_keys_and_other_values() -> None:
    report = Report()
    tree = {"$SET": ["$SET", 1, None, {"a": "${NO}"}]}
    assert interpolate(tree, ENV, "compose", report) == {"$SET": ["s", 1, None, {"a": ""}]}
    assert [(one.path, one.level) for one in report.findings] == [("compose.$SET[3].a", "warning")]


@given(st.text(alphabet="$ {}:-?+ABab_1\n"), st.dictionaries(st.sampled_from("ABab"), st.text(max_size=3)))
def test_it_never_raises(text: str, env: dict[str, str]) -> None:
    assert isinstance(substitute(text, env).text, str)


@given(st.text().filter(lambda text: "$" not in text))
def test_text_without_a_dollar_stays(text: str) -> None:
    assert substitute(text, {"A": "b"}).text == text


@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    assert substitute(text.replace("$", "$$"), {}).text == text
