# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's objects: from the state and the wish to statements."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import pg_objects, scram
from ansible_collections.holdfast.host.plugins.module_utils.pg_objects import (
    EMPTY_DATABASE,
    EMPTY_SERVER,
    Database,
    Role,
    check,
    identifier,
    inner_changes,
    literal,
    server_changes,
)

APP = Role(name="app", password="pencil", limit=40)
DB = Database(name="db", owner="app", extensions=("vector",), connect=("exporter",))
GRANTS = [["app", what] for what in ("CONNECT", "CREATE", "TEMPORARY")] + [["exporter", "CONNECT"]]


def server() -> dict[str, Any]:
    role = {"login": True, "limit": 40, "verifier": scram.make("pencil"), "member_of": []}
    return {
        "version": "18.1",
        "listen": "*",
        "available": ["vector", "pg_trgm"],
        "roles": {"app": role, "exporter": {**role, "limit": -1}},
        "databases": {"db": {"owner": "app", "encoding": "UTF8", "grants": copy.deepcopy(GRANTS)}},
    }


def titles(changes: list[pg_objects.Change]) -> list[str]:
    return [change.title for change in changes]


def test_an_empty_server() -> None:
    roles = [Role(name="exporter", member_of=("group",)), APP, Role(name="group", login=False)]
    changes = server_changes(roles, [DB], EMPTY_SERVER)
    assert titles(changes) == [
        "make role exporter",
        "make role app",
        "make role group",
        "make exporter a member of group",
        "make database db",
        "close database db to everybody else",
        "let exporter connect to database db",
    ]
    assert changes[0].statement == 'CREATE ROLE "exporter" LOGIN CONNECTION LIMIT -1;'
    assert "'SCRAM-SHA-256$4096:" in changes[1].statement
    assert "pencil" not in "".join(change.statement for change in changes)
    assert changes[4].statement == 'CREATE DATABASE "db" OWNER "app" ENCODING \'UTF8\' TEMPLATE template0;'
    assert titles(inner_changes(DB, EMPTY_DATABASE)) == ["make extension vector in database db"]


def test_a_server_as_wanted() -> None:
    assert server_changes([APP], [DB], server()) == []
    assert inner_changes(DB, {"extensions": ["vector"], "public_owner": "app", "public_create": False}) == []


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("roles", "app", "login"), False, ["change role app (login)"]),
        (("roles", "app", "limit"), 3, ["change role app (connection)"]),
        (("roles", "app", "verifier"), None, ["change role app (password)"]),
        (("roles", "app", "verifier"), scram.make("other"), ["change role app (password)"]),
        (("databases", "db", "grants"), GRANTS[:3], ["let exporter connect to database db"]),
        (("databases", "db", "grants"), [*GRANTS, ["", "CONNECT"]], ["close database db to everybody else"]),
        (("databases", "db", "grants"), GRANTS[1:], ["open database db to its owner"]),
        (("databases", "db", "owner"), "exporter", ["give database db to app", "let exporter connect to database db"]),
    ],
)
def test_each_difference_is_told(place: tuple[str, str, str], value: Any, told: list[str]) -> None:
    state = server()
    state[place[0]][place[1]][place[2]] = value
    assert titles(server_changes([APP], [DB], state)) == told


def test_a_password_that_is_not_known_is_left_alone() -> None:
    assert server_changes([Role(name="app", limit=40)], [], server()) == []


@pytest.mark.parametrize(("owner", "open_", "count"), [("postgres", True, 2), (None, False, 0)])
def test_the_schema_public(owner: str | None, open_: bool, count: int) -> None:
    state = {"extensions": ["vector"], "public_owner": owner, "public_create": open_}
    assert len(inner_changes(DB, state)) == count


@pytest.mark.parametrize(
    ("roles", "databases", "rule"),
    [
        ([], [Database(name="x", owner="nobody")], "is a role that exists"),
        ([], [Database(name="x", owner="app", connect=("nobody",))], "is a role that exists"),
        ([Role(name="x", member_of=("nobody",))], [], "is a role that exists"),
        ([], [Database(name="x", owner="app", extensions=("vectro",))], "is available"),
        ([], [Database(name="db", owner="app", encoding="LATIN1")], "is UTF8, as the database that exists has it"),
        ([APP, APP], [], "is named once"),
        ([Role(name="x" * 64)], [], "is a name of 1 to 63 bytes"),
    ],
)
def test_refusals(roles: list[Role], databases: list[Database], rule: str) -> None:
    assert [finding.rule for finding in check(roles, databases, server())] == [rule]


def test_nothing_is_refused_where_there_is_no_server_to_ask() -> None:
    assert check([], [DB], EMPTY_SERVER) == []


@pytest.mark.parametrize(
    ("name", "sql"), [("app", '"app"'), ('a"b', '"a""b"'), ("a'; --", '"a\'; --"'), ("Ä b", '"Ä b"')]
)
def test_identifier(name: str, sql: str) -> None:
    assert identifier(name) == sql


@pytest.mark.parametrize("name", ["", "a\0b", "ä" * 32])
def test_bad_identifiers(name: str) -> None:
    with pytest.raises(ValueError, match="63 bytes"):
        identifier(name)


@pytest.mark.parametrize(("text", "sql"), [("a", "'a'"), ("it's", "'it''s'"), ("a\\'", " E'a\\\\'''")])
def test_literal(text: str, sql: str) -> None:
    assert literal(text) == sql
