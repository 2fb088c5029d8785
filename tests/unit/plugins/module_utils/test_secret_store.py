# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is generated, kept, taken over and replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.file_state import Access
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import (
    EnvFile,
    Secret,
    Wanted,
    decide,
    env_text,
    generate,
    version,
)

ACCESS = Access(mode=0o400, uid=0, gid=0)
APP = Secret(name="app", access=ACCESS, previous="old")


def wanted(**provided: str) -> Wanted:
    return Wanted(directory=Path("/s"), names=(APP,), provided=provided)


@pytest.mark.parametrize(
    ("provided", "current", "value", "created", "replaced"),
    [
        ({}, {"app": "kept"}, "kept", (), ()),
        ({"app": "kept"}, {"app": "kept"}, "kept", (), ()),
        ({"app": "given"}, {"app": "kept"}, "given", (), ("app",)),
        ({"app": "given"}, {}, "given", ("app",), ()),
        ({}, {"old": "before"}, "before", ("app",), ()),
        ({}, {"old": "before", "app": "kept"}, "kept", (), ()),
        ({"app": "given"}, {"old": "before"}, "given", ("app",), ()),
        ({}, {}, None, ("app",), ()),
    ],
)
def test_decide(
    provided: dict[str, str],
    current: dict[str, str],
    value: str | None,
    created: tuple[str, ...],
    replaced: tuple[str, ...],
) -> None:
    decided = decide(wanted(**provided), current, make=False)
    assert (decided.values.get("app"), decided.created, decided.replaced) == (value, created, replaced)


def test_values_do_not_show_in_a_representation() -> None:
    ask = wanted(app="given value")
    assert "given value" not in repr(ask) + repr(decide(ask, {}, make=True))


@pytest.mark.parametrize(("kind", "length"), [("urlsafe", 16), ("urlsafe", 65), ("hex", 17), ("hex", 64)])
def test_generate(kind: str, length: int) -> None:
    values = {generate(Secret(name="x", access=ACCESS, kind=kind, length=length)) for _ in range(200)}
    assert len(values) == 200
    assert {len(value) for value in values} == {length}
    letters = set("".join(values))
    assert letters <= set("0123456789abcdef") if kind == "hex" else letters > set("0123456789abcdefXYZ-_")
    assert all(value[0].isalnum() for value in values)


def test_env_text() -> None:
    env = EnvFile(path=Path("/e"), access=ACCESS, variables={"A": "x${secret:app}", "B": "plain"})
    assert env_text(env, {"app": "v"}) == "A='xv'\nB='plain'\n"
    assert env_text(env, {}) is None
    with pytest.raises(ValueError, match="/e: the value of A") as error:
        env_text(env, {"app": "v\0"})
    assert "v\0" not in str(error.value)


def test_a_version_depends_on_key_name_and_value() -> None:
    found = {version(k, n, v) for k in (b"1", b"2") for n in ("a", "b") for v in ("x", "y")}
    assert len(found) == 8
    assert version(b"1", "a", "x") in found
    assert {len(text) for text in found} == {12}


@pytest.mark.parametrize("value", ['one"two', "it's", "two words", "two\nlines"])
def test_a_value_that_would_end_its_place_in_a_servers_file_is_refused_unseen(value: str) -> None:
    line = EnvFile(path=Path("/users"), access=ACCESS, variables={}, content='"app" "${secret:app}"\n')
    assert env_text(line, {"app": "plain$\\"}) == '"app" "plain$\\"\n'
    with pytest.raises(ValueError, match="/users: app must have no quote") as refused:
        env_text(line, {"app": value})
    assert value not in str(refused.value)
    alone = EnvFile(path=Path("/file"), access=ACCESS, variables={}, content="${secret:app}")
    assert env_text(alone, {"app": value}) == value
