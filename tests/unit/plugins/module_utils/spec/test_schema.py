# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A dataclass as a shape: keys, defaults, findings, and the page made of it."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Integer, ListOf, MapOf, Text
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key, table

WORD = Text(accepts="a word", pattern=r"[a-z]+")


@dataclass(frozen=True, kw_only=True)
class Inner:
    """A nested section."""

    word: str = key(WORD, "a word", example="abc")
    count: int = key(Integer(low=1, high=9), "a count", default=1, example="2")


@dataclass(frozen=True, kw_only=True)
class Outer:
    """The whole."""

    name: str = key(WORD, "the name", example="abc")
    words: tuple[str, ...] = key(ListOf(entry=WORD), "words", default=(), example="[a]")
    one: Inner | None = key(Section(shape=Inner), "one of them", default=None, example="{word: a}")
    many: dict[str, Inner] = key(MapOf(entry=Section(shape=Inner)), "many of them", default={}, example="{a: {}}")


SHAPE = Section(shape=Outer)


def test_everything_that_is_given_and_the_defaults_of_the_rest() -> None:
    value, findings = SHAPE.read({"name": "x", "many": {"a": {"word": "w"}}}, "root")
    assert findings == []
    assert value == Outer(name="x", many={"a": Inner(word="w", count=1)})


def test_defaults_are_not_shared() -> None:
    first, second = (SHAPE.read({"name": "x"}, "r")[0] for _ in range(2))
    first.many["a"] = Inner(word="w")
    assert second.many == {}


def test_a_key_without_a_value_is_a_key_that_is_not_given() -> None:
    assert SHAPE.read({"name": "x", "words": None}, "r") == (Outer(name="x"), [])


def test_all_findings_at_once_with_paths_and_hints() -> None:
    raw = {"nam": "x", "words": ["a", 1], "one": {"word": "w", "count": 99}, "many": {"a": {"cuont": 1}}}
    value, findings = SHAPE.read(raw, "root")
    assert value is None
    told = {finding.path: (finding.rule, finding.hint) for finding in findings}
    assert told["root.nam"] == ("unknown key", "did you mean 'name'?")
    assert told["root.name"] == ("required: the name", "name: abc")
    assert told["root.words[1]"][1] == "for example words: [a]"
    assert told["root.one.count"] == ("must be a whole number from 1 to 9", "for example count: 2")
    assert told["root.many.a.cuont"][1] == "did you mean 'count'?"
    assert told["root.many.a.word"][0] == "required: a word"
    assert len(findings) == len(told) == 6


def test_a_wrong_optional_value_falls_back_so_that_later_checks_still_run() -> None:
    value, findings = SHAPE.read({"name": "x", "one": {"word": "w", "count": "many"}}, "r")
    assert value == Outer(name="x", one=Inner(word="w", count=1))
    assert len(findings) == 1


def test_what_is_no_mapping_is_refused() -> None:
    value, (finding,) = SHAPE.read(["name"], "root")
    assert value is None
    assert finding.rule == "must be a mapping with the keys name, words, one, many"


def test_the_page_lists_every_key_by_its_dotted_path() -> None:
    lines = table(Outer).splitlines()
    keys = [line.split("`")[1] for line in lines[2:]]
    assert keys == ["name", "words", "one", "one.word", "one.count", "many", "many.<name>.word", "many.<name>.count"]
    assert lines[2] == "| `name` | a word | required | the name | `abc` |"
    assert "| `1` |" in lines[6]
    assert "| none |" in lines[4]
