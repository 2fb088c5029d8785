# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import Tagged
from ansible_collections.holdfast.host.plugins.plugin_utils.yaml_loader import load_yaml, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("22:22", "22:22"), ("yes", "yes"), ("on", "on"), ("no", "no"), ("true", True), ("FALSE", False), ("y", "y")],
        *[("~", None), ("null", None), ("", None), ("''", ""), ("'1'", "1"), ("<", "<")],
        *[("0640", 416), ("0o640", 416), ("0x1F", 31), ("0b101", 5), ("1_000", 1000), ("-0640", -416), ("+5", 5)],
        *[
            ("08", 8.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("1.", 1.0),
            ("-1.5", -1.5),
            (".inf", float("inf")),
            ("1.2.3", "1.2.3"),
        ],
        *[("18446744073709551615", 2**64 - 1), ("18446744073709551616", 2.0**64), ("0x", "0x"), ("-", [None])],
        *[("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"), ("2024-1", "2024-1"), ("12e03", 12000.0)],
    ],
)
def test_a_plain_value(text: str, value: Any) -> None:
    assert parse_yaml(text) == value
    assert type(parse_yaml(text)) is type(value)


def test_merge_keys_fill_what_is_not_said() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd:\n  x: 4\n  <<: *a\n"
    tree = parse_yaml(text)
    assert tree["c"] == {"x": 3, "y": 1, "z": 2}
    assert tree["d"] == {"x": 4, "y": 1}


def test_marks_are_kept() -> None:
    tree = parse_yaml("a: !reset null\nb: !override [1, {m: 0640}]\nc: !override {k: yes}\n")
    assert tree == {
        "a": Tagged(tag="reset"),
        "b": Tagged(tag="override", value=[1, {"m": 416}]),
        "c": Tagged(tag="override", value={"k": "yes"}),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "f:3: the key 'a' stands twice"),
        ("a:\n  b: 1\n  b: 2\n", "f:3: the key 'b' stands twice"),
        ("a: [\n", "f:2: "),
        ("a: &a [*a]", "own anchor"),
        ("a: *nope", "undefined alias"),
        ("? [a]\n: 1", "a key is a plain value"),
        ("a: !thing 1", "f:1: .*!thing"),
        ("a: !!python/object:os.system x", "f:1: "),
        ("a: 1\n---\nb: 2\n", "another document"),
        ("a: 2024-01-01 10:00:00", "in quotes"),
        ("[" * 5000, "f"),
        ("a: \x01", "f: "),
        ("<<: 1", "merging"),
        ("a: !!int x", "f"),
    ],
)
def test_what_is_malformed_names_file_and_line(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_yaml(text, "f")


def test_aliases_cannot_make_a_small_file_huge() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ValueError, match="aliases"):
        parse_yaml("\n".join(levels))


def test_a_file_is_read_or_named(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with pytest.raises(FileNotFoundError):
        load_yaml(str(path))
    path.write_text("a: é", encoding="utf-8")
    assert load_yaml(str(path)) == {"a": "é"}
    path.write_bytes(b"a: \xff")
    with pytest.raises(ValueError, match="not UTF-8"):
        load_yaml(str(path))


def refusal(text: str) -> str | None:
    """Return why a text is refused, None where it is read. Any error but a ValueError is the caller's."""
    try:
        parse_yaml(text, "f")
    except ValueError as error:
        return str(error)
    return None


@given(st.text(alphabet="ab01:-[]{}&*!<,#'\"\n .~_+xoeE", max_size=40))
def test_only_value_errors_are_raised_and_they_name_the_file(text: str) -> None:
    told = refusal(text)
    assert told is None or told.startswith("f:")
