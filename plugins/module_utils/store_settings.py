# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Have a running PostgreSQL or Redis take its planned settings without a restart: ask, tell, and ask again."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.plan.restarts import reloads, same

_POLL_SECONDS = 0.2
# A session of its own each time: it starts with what the server has by then. Over the local socket it shows 0 for every
# setting of TCP; what it was reset to is what the file says.
_SQL = """
SELECT json_object_agg(name, json_build_object('unit', unit, 'source', source,
  'value', CASE WHEN name ~ '^tcp_' THEN reset_val ELSE current_setting(name) END,
  'written', coalesce(sourcefile = current_setting('config_file'), false)))
FROM pg_settings WHERE context <> 'internal';
"""
_AUTH = '! [ -r /run/secrets/redis_auth ] || export REDISCLI_AUTH="$(cut -d " " -f 2 /run/secrets/redis_auth)"; '
_CLIENT = 'exec "$(command -v redis-cli || command -v valkey-cli)" "$@"'


class StoreError(Exception):
    """The server did not answer, refused a setting, or never ran with it."""


@dataclass(frozen=True, kw_only=True)
class State:
    """What a server runs with. differing: name to the value it has, and the one it is to have, None for its default.

    why: what else gives a differing setting, such as an ALTER SYSTEM, by name.
    """

    differing: Mapping[str, tuple[str, str | None]]
    why: Mapping[str, str] = field(default_factory=dict)

    def lines(self, which: int) -> str:
        """Return the differing settings for a diff, a line each. which: 0 for what is, 1 for what is to be."""
        shown = {name: values[which] for name, values in self.differing.items()}
        return "".join(f"{name} = {'(default)' if value is None else value}\n" for name, value in sorted(shown.items()))


class Server(Protocol):
    """A server that can be asked and told."""

    def state(self) -> State:
        """Return what a reload has to change. Raises StoreError."""

    def tell(self, state: State) -> None:
        """Have the server take it. Raises StoreError."""


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """prefix: what psql is put behind. wanted: planned settings by name. version: the major one."""

    run: Run
    prefix: Sequence[str]
    superuser: str
    wanted: Mapping[str, str]
    version: int

    def _psql(self, script: str) -> str:
        words = ["psql", "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-U", self.superuser, "-d", "postgres"]
        result = self.run([*self.prefix, *words], script)
        if result.status != 0:
            raise StoreError(result.message())
        return result.out

    def state(self) -> State:
        """Return the settings that differ, and those of the configuration file that the plan does not have any more."""
        seen = json.loads(self._psql(_SQL))
        differing: dict[str, tuple[str, str | None]] = {}
        for name, row in seen.items():
            if not reloads("postgres", name, self.version):
                continue
            wanted = self.wanted.get(name)
            if wanted is None and row["written"]:
                differing[name] = (row["value"], None)
            elif wanted is not None and not same("postgres", name, wanted, row["value"], row["unit"]):
                differing[name] = (row["value"], wanted)
        return State(differing=differing, why={name: seen[name]["source"] for name in differing})

    def tell(self, state: State) -> None:
        """Have the server read its configuration file; what is in it is not for this function to say."""
        del state
        if self._psql("SELECT pg_reload_conf();").strip() != "t":
            raise StoreError("the server could not be told to read its configuration")


@dataclass(frozen=True, kw_only=True)
class Redis:
    """prefix: what a shell is put behind. wanted: planned settings by name, as redis.conf has them."""

    run: Run
    prefix: Sequence[str]
    wanted: Mapping[str, str]

    def _client(self, *words: str) -> str:
        # The password stands in a file that only the server's user can read; it reaches the client by its environment.
        result = self.run([*self.prefix, "sh", "-c", _AUTH + _CLIENT, "sh", *words], "")
        if result.status != 0:
            raise StoreError(result.message())
        return result.out.strip()

    def state(self) -> State:
        """Return the settings that differ. CONFIG GET tells no defaults, so what left the plan is not seen."""
        told = self._client("--json", "CONFIG", "GET", "*")
        try:
            seen = json.loads(told)
        except ValueError:
            seen = told
        if not isinstance(seen, dict):
            raise StoreError(str(seen))
        return State(
            differing={
                name: (seen[name], wanted)
                for name, wanted in self.wanted.items()
                if name in seen and reloads("redis", name, 0) and not same("redis", name, wanted, seen[name])
            }
        )

    def tell(self, state: State) -> None:
        """Set what differs, one after the other."""
        for name, (_, wanted) in state.differing.items():
            value = (wanted or "").strip('"')
            answer = self._client("CONFIG", "SET", name, value)
            if answer != "OK":
                raise StoreError(f"{name}: {answer}")


def settle(server: Server, before: State, timeout_seconds: float) -> float:
    """Have the server run with what is planned. Return the seconds until it did. Raises StoreError."""
    start = time.monotonic()
    server.tell(before)
    while True:
        left = server.state()
        seconds = time.monotonic() - start
        if not left.differing:
            return seconds
        if seconds >= timeout_seconds:
            named = [f"{name} ({left.why[name]})" if name in left.why else name for name in sorted(left.differing)]
            raise StoreError(f"after {seconds:.0f} s the server still runs with other values of {', '.join(named)}")
        time.sleep(_POLL_SECONDS)
