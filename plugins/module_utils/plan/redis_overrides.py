# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a user declares for Redis or Valkey: read as the server reads it, and checked against the container's limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import redis_terms
from ansible_collections.holdfast.host.plugins.module_utils.plan.redis_terms import Terms
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB, format_bytes

# As redis.conf has it: k is 1000 and kb is 1024; the server refuses everything else.
_UNITS = {"": 1, "b": 1, "k": 1000, "kb": KIB, "m": 1000**2, "mb": MIB, "g": 1000**3, "gb": GIB}
SIZES = (
    "maxmemory",
    "maxmemory-clients",
    "repl-backlog-size",
    "client-query-buffer-limit",
    "proto-max-bulk-len",
    "auto-aof-rewrite-min-size",
)
UNDO = "give another value, or leave it out: it is planned from the container's size"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What overrides say about the terms of the sum, in bytes; None where they say nothing."""

    dataset: int | None = None
    clients: int | None = None
    replicas: int | None = None
    backlog: int | None = None
    persist: bool | None = None


def size(value: str) -> int | None:
    """Return a size in bytes, None where the server would refuse it."""
    match = re.fullmatch(r"(\d+)([a-z]*)", value.strip().lower())
    return int(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else None


def _sizes(overrides: Mapping[str, str], limit: int, path: str) -> tuple[dict[str, int], list[Finding]]:
    found: dict[str, int] = {}
    wrong = []
    for name in [each for each in SIZES if each in overrides]:
        value = overrides[name]
        percent = re.fullmatch(r"(\d{1,3})%", value) if name == "maxmemory-clients" else None
        read = limit * int(percent[1]) // 100 if percent else size(value)
        where = f"{path}.settings.{name}"
        if read is None:
            wrong.append(Finding(path=where, value=value, rule="must be a size such as 512mb", hint=UNDO))
        elif read == 0:
            rule = f"must be above 0, which is no bound, and fit into {format_bytes(limit)}"
            wrong.append(Finding(path=where, value=value, rule=rule, hint=UNDO))
        else:
            found[name] = read
    return found, wrong


def _replicas(value: str, path: str) -> tuple[int | None, list[Finding]]:
    """Return the replicas' hard bound from client-output-buffer-limit: groups of class, hard, soft, seconds."""
    words = value.split()
    groups = [words[at : at + 4] for at in range(0, len(words), 4)]
    sizes = [size(each) for group in groups for each in group[1:3]]
    known = all(len(group) == 4 and group[0] in ("normal", "replica", "slave", "pubsub") for group in groups)
    if not groups or not known or None in sizes or any(not group[3].isdigit() for group in groups):
        rule = 'must be classes with two sizes and seconds, such as "normal 32mb 16mb 60"'
        return None, [Finding(path=f"{path}.settings.client-output-buffer-limit", value=value, rule=rule, hint=UNDO)]
    hard = [size(group[1]) for group in groups if group[0] in ("replica", "slave")]
    return (hard[0], []) if hard else (None, [])


def _persist(overrides: Mapping[str, str], planned: bool) -> bool | None:
    if "save" not in overrides and "appendonly" not in overrides:
        return None
    snapshots = overrides["save"].strip("\"' ") != "" if "save" in overrides else planned
    append = overrides["appendonly"].lower() == "yes" if "appendonly" in overrides else planned
    return snapshots or append


def given(overrides: Mapping[str, str], limit: int, persist: bool, path: str) -> tuple[Given, list[Finding]]:
    """Return what overrides change about the sum, and those that the server would refuse or that have no bound.

    limit: the container's bytes. persist: what is planned.
    """
    sizes, wrong = _sizes(overrides, limit, path)
    replicas: int | None = None
    if "client-output-buffer-limit" in overrides:
        replicas, more = _replicas(overrides["client-output-buffer-limit"], path)
        wrong += more
    read = Given(
        dataset=sizes.get("maxmemory"),
        clients=sizes.get("maxmemory-clients"),
        replicas=replicas,
        backlog=sizes.get("repl-backlog-size"),
        persist=_persist(overrides, persist),
    )
    return read, wrong


def broken(terms: Terms, overrides: Mapping[str, str], path: str) -> list[Finding]:
    """Return the finding of a sum above the limit, with each term and the dataset that would fit."""
    total = terms.total()
    if total <= terms.limit:
        return []
    fits = redis_terms.dataset(terms)
    parts = ", ".join(f"{name} {size}" for name, size in terms.rows().items())
    possible = Terms(**{**vars(terms), "dataset": fits}).total() <= terms.limit
    instead = f"maxmemory {fits // MIB}mb would fit; or" if possible else "no dataset fits:"
    names = ("maxmemory", "maxmemory-clients", "client-output-buffer-limit", "repl-backlog-size", "save", "appendonly")
    named = [name for name in names if name in overrides]
    return [
        Finding(
            path=f"{path}.settings.{named[0]}" if named else f"{path}.memory",
            value=overrides[named[0]] if named else terms.limit,
            rule=f"all that may be used at once must fit into {terms.limit} bytes, and is {total}: {parts}",
            hint=f"{instead} {format_bytes(total)} of memory ({path}.memory)",
        )
    ]
