# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""psql as a client, against a psql that is played."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.pg_client import Client, ServerError
from ansible_collections.holdfast.host.plugins.module_utils.pg_objects import Change


class Psql:
    """Answers in turn, the last answer for ever; remembers what it was asked."""

    def __init__(self, *answers: Result) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[list[str], str]] = []

    def __call__(self, command: Sequence[str], given: str) -> Result:
        self.calls.append((list(command), given))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def client(self, *, bootstrapping: bool = True) -> Client:
        prefix = ["docker", "exec", "-i", "c1"]
        return Client(run=self, prefix=prefix, superuser="root", bootstrapping=bootstrapping)


UP = Result(status=0, out=json.dumps({"listen": "*"}))
SETUP = Result(status=0, out=json.dumps({"listen": ""}))
DOWN = Result(status=2, err="connection refused")


def test_statements_travel_by_standard_input_alone() -> None:
    psql = Psql(Result(status=0))
    psql.client().apply("db", [Change(title="t", statement="ALTER ROLE x PASSWORD 'v';")])
    command, given = psql.calls[0]
    assert command[:5] == ["docker", "exec", "-i", "c1", "psql"]
    assert "v'" not in " ".join(command)
    assert given.endswith("ALTER ROLE x PASSWORD 'v';\n")
    assert given.index("log_statement = 'none'") < given.index("ALTER")


def test_nothing_to_do_is_not_done() -> None:
    psql = Psql(Result(status=0))
    psql.client().apply("db", [])
    assert psql.calls == []


def test_it_waits_for_the_server_and_past_the_one_that_sets_up() -> None:
    psql = Psql(DOWN, SETUP, UP)
    assert psql.client().server(10) == {"listen": "*"}
    assert len(psql.calls) == 3


@pytest.mark.parametrize(("answer", "told"), [(DOWN, "connection refused"), (SETUP, "still being set up")])
def test_it_gives_up(answer: Result, told: str) -> None:
    with pytest.raises(ServerError, match=told):
        Psql(answer).client().server(0)


def test_a_server_on_its_socket_alone_is_one_outside_containers() -> None:
    assert Psql(SETUP).client(bootstrapping=False).server(0) == {"listen": ""}


def test_a_failure_shows_no_verifier() -> None:
    psql = Psql(Result(status=3, err="ERROR: x\nLINE 1: PASSWORD 'SCRAM-SHA-256$4096:abc$def:ghi';"))
    with pytest.raises(ServerError) as error:
        psql.client().apply("db", [Change(title="t", statement="x;")])
    assert "abc" not in str(error.value)
    assert "(verifier)" in str(error.value)
