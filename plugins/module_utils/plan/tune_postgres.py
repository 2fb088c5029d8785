# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's settings from its container's share, each with its reason, and the pool in front of it.

The invariant is in postgres_terms, the derivation of sizes in postgres_size, the rows in postgres_rows and
postgres_storage, what a user declares in postgres_overrides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import (
    postgres_overrides,
    postgres_rows,
    postgres_size,
    postgres_storage,
    tune_pooler,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_rows import Facts
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container, Terms, shm_bytes

__all__ = ["Container", "Tuned", "tune"]

# Settings that only some major versions know: the first one that does.
SINCE = {"io_method": 18, "io_workers": 18, "io_combine_limit": 17}
GROUPS = (
    postgres_rows.connections,
    postgres_rows.memory,
    postgres_rows.parallel,
    postgres_rows.planner,
    postgres_storage.wal,
    postgres_storage.archive,
    postgres_storage.files,
    postgres_storage.vacuum,
    postgres_rows.logs,
)


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What a server in this container is given.

    connections: max_connections. shm_bytes: the size of /dev/shm. stop_grace_seconds: how long a stop may take.
    pooler: what runs in front of it, where a pool is declared. terms: the invariant's figures, for those who check it.
    """

    settings: list[Setting]
    findings: list[Finding]
    connections: int
    shm_bytes: int
    stop_grace_seconds: int
    pooler: tune_pooler.Pooler | None
    terms: Terms


def quoted(value: str) -> str:
    """Return a value as the configuration file takes it.

    PostgreSQL manual, "Setting Parameters": what is no plain word or number stands in quotes, doubled within.
    """
    plain = re.fullmatch(r"-?[A-Za-z0-9_.]+", value) or re.fullmatch(r"'([^']|'')*'", value)
    return value if plain else "'" + value.replace("'", "''") + "'"


def _unknown(overrides: Mapping[str, str], version: int, path: str) -> list[Finding]:
    """Return the overrides that this major version would refuse to start with."""
    return [
        Finding(
            path=f"{path}.settings.{name}",
            value=value,
            rule=f"is known from PostgreSQL {SINCE[name]} on, and this is {version}",
            hint="leave it out, or declare the newer version",
        )
        for name, value in overrides.items()
        if SINCE.get(name, 0) > version
    ]


def tune(container: Container, version: int, overrides: Mapping[str, str], path: str) -> Tuned:
    """Return every setting that the major version knows, overrides last, and what is wrong with the overrides.

    version: 16, 17 or 18. overrides: settings by name, as declared. path: the store's, for findings. What is
    overridden is counted, and the rest is derived again around it.
    """
    given, found = postgres_overrides.given(overrides, path)
    wanted = tune_pooler.wanted(container, postgres_rows.RESERVED)
    case = postgres_size.Case(container=container, version=version, given=given, wanted=wanted)
    terms = postgres_size.size(case)
    facts = Facts(container=container, version=version, terms=terms)
    rows = [row for group in GROUPS for row in group(facts)]
    planned = [
        Setting(name=name, value=value, reason=why) for name, value, why in rows if SINCE.get(name, 0) <= version
    ]
    kept = [setting for setting in planned if setting.name not in overrides]
    declared = [Setting(name=name, value=quoted(value), reason="declared") for name, value in overrides.items()]
    broken = [] if found else postgres_overrides.broken(case, terms, path)
    found += [*postgres_overrides.unsafe(overrides, container, path), *_unknown(overrides, version, path), *broken]
    connections = int(terms.max_connections)
    pooler, of_pool = tune_pooler.tune(container, connections, postgres_rows.RESERVED, path)
    return Tuned(
        settings=kept + declared,
        findings=found + of_pool,
        connections=connections,
        shm_bytes=min(shm_bytes(terms), max(container.limit // 2, 64 * 1024 * 1024)),
        stop_grace_seconds=postgres_storage.stop_grace_seconds(facts),
        pooler=pooler,
        terms=terms,
    )
