# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The words of a declaration at their edges."""

from __future__ import annotations

import re

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec import words
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Text


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (words.NAME, ["a", "a" * 32, "a-1"], ["", "a" * 33, "A", "1a", "-a", "a_b", "ä", "a\n"]),
        (words.SERVICE, ["db_main", "Db.1-x", "1"], ["", "a b", "a/b", "ä", "a:b", "db\n"]),
        (
            words.HOST,
            ["example.org", "a.b.c.example.org", "1.example.org", "xn--bcher-kva.example.org"],
            [
                "example",
                "-a.org",
                "a-.org",
                "a..org",
                "A.org",
                "a_b.org",
                "a.org/",
                "*.org",
                "x" * 64 + ".org",
                "a.org.",
            ],
        ),
        (words.PATH, ["/", "/api/", "/a.b-c_d~e"], ["", "api", "/a b", "/a?b", "/a;b", "/{x}", "/a\n", '/a"']),
        (words.IDENTIFIER, ["app", "_a1", "a" * 63], ["", "App", "1a", "a-b", "a" * 64, 'a"b']),
        (
            words.IMAGE,
            ["app:1", "registry.example.org:5000/team/app:1.4", "app@sha256:" + "0" * 64],
            ["app", "", "app:", ":1", "a b:1", "registry.example.org:5000/app"],
        ),
        (words.LOCATION, ["de", "DE", "eu"], ["", "d", "deu", "Germany", "d1", "eu-central-1", "de\n"]),
    ],
    ids=["name", "service", "host", "path", "identifier", "image", "location"],
)
def test_what_is_such_a_word(kind: Text, good: list[str], bad: list[str]) -> None:
    assert [word for word in good if kind.read(word, "p")[1]] == []
    assert [word for word in bad if not kind.read(word, "p")[1]] == []


@pytest.mark.parametrize(("name", "is_one"), [("A_1", True), ("_", True), ("1A", False), ("A-B", False), ("", False)])
def test_variables(name: str, is_one: bool) -> None:
    assert bool(re.fullmatch(words.VARIABLE, name)) == is_one
