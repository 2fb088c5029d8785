# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""psql as a client: statements over standard input, so that none shows in a list of processes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import pg_objects
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from ansible_collections.holdfast.host.plugins.module_utils.pg_objects import Change, Database, Role

_VERIFIER = re.compile(r"SCRAM-SHA-256\$\S+")
# Neither a statement nor its failure reaches the server's log: both may hold a verifier.
_QUIET = (
    "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';\n"
    "SET client_min_messages = 'warning';\n"
)


class ServerError(Exception):
    """The server refused a statement, or did not answer in time."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """prefix: what psql is put behind. bootstrapping: whether a server without addresses is one being set up."""

    run: Run
    prefix: Sequence[str]
    superuser: str
    bootstrapping: bool = True

    def call(self, database: str, script: str) -> Result:
        """Run a script in one session and return psql's result."""
        options = ["psql", "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1"]
        return self.run([*self.prefix, *options, "-U", self.superuser, "-d", database], script)

    def read(self, database: str, query: str) -> Any:
        """Return the one JSON value that a query yields. Raises ServerError."""
        result = self.call(database, query + ";\n")
        if result.status != 0:
            raise ServerError(clean(result))
        return json.loads(result.out)

    def server(self, timeout_seconds: float) -> dict[str, Any]:
        """Return the server's state once it accepts connections. Raises ServerError after ``timeout_seconds``."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            try:
                state: dict[str, Any] = self.read("postgres", pg_objects.SERVER_QUERY)
            except ServerError as error:
                problem = str(error)
            else:
                # The official image sets a new cluster up with a server on its socket alone, then stops that one.
                if state["listen"] or not self.bootstrapping:
                    return state
                problem = "the server is still being set up"
            if time.monotonic() >= deadline:
                raise ServerError(f"no answer within {timeout_seconds:g} s: {problem}")
            time.sleep(min(0.5, max(0.0, deadline - time.monotonic())))

    def apply(self, database: str, changes: Sequence[Change]) -> None:
        """Make the changes, each in a transaction of its own. Raises ServerError at the first that fails."""
        if changes:
            result = self.call(database, _QUIET + "".join(change.statement + "\n" for change in changes))
            if result.status != 0:
                raise ServerError(clean(result))


def converge(
    client: Client | None,
    server: Mapping[str, Any],
    roles: Sequence[Role],
    databases: Sequence[Database],
    *,
    make: bool,
) -> list[Change]:
    """Return what differs from the state ``server``, and with ``make`` change it. No client: no server is there yet.

    Raises ServerError.
    """
    changes = pg_objects.server_changes(roles, databases, server)
    if client and make:
        client.apply("postgres", changes)
    for database in databases:
        there = make or database.name in server["databases"]
        state = client.read(database.name, pg_objects.DATABASE_QUERY) if client and there else pg_objects.EMPTY_DATABASE
        inner = pg_objects.inner_changes(database, state)
        if client and make:
            client.apply(database.name, inner)
        changes += inner
    return changes


def clean(result: Result) -> str:
    """Return what psql said, without verifiers."""
    return _VERIFIER.sub("(verifier)", result.message())
