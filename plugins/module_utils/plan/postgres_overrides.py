# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a user declares for PostgreSQL: read as the server reads it, counted in the invariant, and refused if unsafe.

Source of units: PostgreSQL manual, "Parameter Names and Values" (units are case-sensitive, a bare number is in the
setting's own unit).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_size import (
    BLOCK,
    LEAST_TEMP,
    LEAST_WORK_MEM,
    Case,
    size,
    work_mem_of,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import (
    Container,
    Terms,
    parts,
    worst_bytes,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB, TIB, format_bytes

UNDO = "give another value, or leave it out: it is planned from the container's size"
_UNITS = {"B": 1, "kB": KIB, "MB": MIB, "GB": GIB, "TB": TIB}
_VALUE = re.compile(r"(-?\d+(?:\.\d+)?)\s*([A-Za-z]*)")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a value must be. unit: bytes that a bare number counts, 0 for a plain number. off: -1 has a meaning."""

    unit: int = 0
    low: float = 1
    high: float = 262_143
    whole: bool = True
    off: bool = False

    def said(self) -> str:
        """Return the rule in words."""
        if self.unit:
            return f"must be a size such as 64MB (B, kB, MB, GB or TB), at least {format_bytes(self.low)}"
        return f"must be a {'whole number' if self.whole else 'number'} from {self.low:g} to {self.high:g}"


# Sizes are bounded by the invariant, which says more than PostgreSQL's own bounds would.
_MOST = 1024.0 * TIB
RULES = {
    "shared_buffers": Rule(unit=BLOCK, low=128 * KIB, high=_MOST),
    "wal_buffers": Rule(unit=BLOCK, low=64 * KIB, high=2 * GIB, off=True),
    "work_mem": Rule(unit=KIB, low=64 * KIB, high=_MOST),
    "temp_buffers": Rule(unit=BLOCK, low=LEAST_TEMP, high=_MOST),
    "maintenance_work_mem": Rule(unit=KIB, low=MIB, high=_MOST),
    "autovacuum_work_mem": Rule(unit=KIB, low=MIB, high=_MOST, off=True),
    "logical_decoding_work_mem": Rule(unit=KIB, low=64 * KIB, high=_MOST),
    "effective_cache_size": Rule(unit=BLOCK, low=BLOCK, high=_MOST),
    "min_wal_size": Rule(unit=MIB, low=32 * MIB, high=_MOST),
    "max_wal_size": Rule(unit=MIB, low=32 * MIB, high=_MOST),
    "max_slot_wal_keep_size": Rule(unit=MIB, low=0, high=_MOST, off=True),
    "temp_file_limit": Rule(unit=KIB, low=0, high=2 * TIB - KIB, off=True),
    "max_connections": Rule(low=5),
    "superuser_reserved_connections": Rule(low=0),
    "autovacuum_max_workers": Rule(),
    "max_parallel_workers": Rule(low=0, high=1024),
    "max_parallel_workers_per_gather": Rule(low=0, high=1024),
    "max_parallel_maintenance_workers": Rule(low=0, high=1024),
    "max_worker_processes": Rule(low=0),
    "max_wal_senders": Rule(low=0),
    "max_replication_slots": Rule(low=0),
    "io_workers": Rule(high=32),
    "effective_io_concurrency": Rule(low=0, high=1000),
    "maintenance_io_concurrency": Rule(low=0, high=1000),
    "default_statistics_target": Rule(high=10_000),
    "autovacuum_vacuum_cost_limit": Rule(high=10_000, off=True),
    "bgwriter_lru_maxpages": Rule(low=0, high=2**30),
    "hash_mem_multiplier": Rule(low=1, high=1000, whole=False),
    "random_page_cost": Rule(low=0, high=1e300, whole=False),
    "checkpoint_completion_target": Rule(low=0, high=1, whole=False),
    "autovacuum_vacuum_scale_factor": Rule(low=0, high=100, whole=False),
    "autovacuum_analyze_scale_factor": Rule(low=0, high=100, whole=False),
    "bgwriter_lru_multiplier": Rule(low=0, high=10, whole=False),
}
COUNTED = frozenset(vars(Terms(**dict.fromkeys(Terms.__dataclass_fields__, 0)))) - {"logical_decoding_work_mem"}
LOGICAL_DECODING = 16 * MIB


def plain(value: str) -> str:
    """Return a value without the quotes of a configuration file."""
    return value.strip().strip("'").strip()


def number(name: str, value: str) -> float | None:
    """Return a value in bytes or as a number; None where it is none, or out of the rule's bounds."""
    rule, match = RULES[name], _VALUE.fullmatch(plain(value))
    if match is None or (match[2] and (not rule.unit or match[2] not in _UNITS)):
        return None
    amount = float(match[1])
    if rule.off and amount == -1 and not match[2]:
        return -1
    if rule.whole and not rule.unit and not amount.is_integer():
        return None
    amount *= _UNITS[match[2]] if match[2] else max(1, rule.unit)
    return amount if rule.low <= amount <= rule.high else None


def given(overrides: Mapping[str, str], path: str) -> tuple[dict[str, float], list[Finding]]:
    """Return the overridden terms of the invariant by name, and a finding for each value that is none.

    A value that is refused is left out, so that the rest of the plan is still worth reading.
    """
    read = {name: number(name, value) for name, value in overrides.items() if name in RULES}
    found = [
        Finding(path=f"{path}.settings.{name}", value=overrides[name], rule=RULES[name].said(), hint=UNDO)
        for name, amount in read.items()
        if amount is None
    ]
    terms = {name: amount for name, amount in read.items() if amount is not None and name in COUNTED}
    if terms.get("wal_buffers") == -1:
        # The server then takes what is planned: a part of the buffers, at most a segment.
        del terms["wal_buffers"]
    if plain(overrides.get("wal_level", "")) == "logical":
        terms["logical_decoding_work_mem"] = read.get("logical_decoding_work_mem") or LOGICAL_DECODING
    return terms, found


@dataclass(frozen=True, kw_only=True)
class Unsafe:
    """Values of one setting that are told. until, since: major versions in which they are wrong."""

    values: tuple[str, ...]
    rule: str
    hint: str = "leave it out"
    level: str = ERROR


_OFF = ("off", "false", "no", "0", "of", "f", "n", "fa", "fal", "fals")
UNSAFE = {
    "fsync": Unsafe(values=_OFF, rule="must stay on: without it a power cut destroys the database"),
    "full_page_writes": Unsafe(values=_OFF, rule="must stay on: without it a power cut leaves torn pages"),
    "zero_damaged_pages": Unsafe(values=("on", "true", "yes", "1"), rule="must stay off: it destroys damaged data"),
    "autovacuum": Unsafe(values=_OFF, rule="must stay on: without it tables swell until transaction numbers run out"),
    "wal_level": Unsafe(values=("minimal",), rule="must be replica or logical: archiving needs it"),
    "io_method": Unsafe(
        values=("io_uring",), rule="must be worker or sync: Docker's system call filter refuses io_uring"
    ),
    "password_encryption": Unsafe(values=("md5",), rule="must be scram-sha-256: roles have verifiers of that kind"),
    "synchronous_commit": Unsafe(
        values=_OFF,
        rule="loses what was confirmed in the last moments before a crash",
        hint="set it in the sessions that can bear it",
        level=WARNING,
    ),
}


def unsafe(overrides: Mapping[str, str], container: Container, path: str) -> list[Finding]:
    """Return what overrides put at risk: the data, the start of the server, or the planner's picture of the memory."""
    found = [
        Finding(path=f"{path}.settings.{name}", value=overrides[name], rule=each.rule, hint=each.hint, level=each.level)
        for name, each in UNSAFE.items()
        if plain(overrides.get(name, "")).lower() in each.values
    ]
    cache = number("effective_cache_size", overrides.get("effective_cache_size", ""))
    if cache is not None and cache > container.limit:
        rule = f"is above the container's {format_bytes(container.limit)}: plans count on a cache that is not there"
        value = overrides["effective_cache_size"]
        hint = f"at most {format_bytes(container.limit * 7 // 10 // MIB * MIB)}, or more memory ({path}.memory)"
        found.append(
            Finding(path=f"{path}.settings.effective_cache_size", value=value, rule=rule, hint=hint, level=WARNING)
        )
    return found


def _memory(case: Case) -> int | None:
    """Return the smallest limit, in bytes and to 64 MiB, into which what is given fits; None above 16 TiB."""
    step, most = 64 * MIB, 16 * TIB // (64 * MIB)
    low, high = case.container.limit // step, most
    while low < high:
        middle = (low + high) // 2
        limit = middle * step
        terms = size(replace(case, container=replace(case.container, limit=limit)))
        low, high = (low, middle) if worst_bytes(terms, limit) <= limit else (middle + 1, high)
    return low * step if low < most else None


def remedies(case: Case, terms: Terms) -> dict[str, int]:
    """Return what would make it fit, each alone: connections, work_mem and memory in bytes; less if none does."""
    limit, found = case.container.limit, {}
    spare = limit - worst_bytes(replace(terms, max_connections=0), limit)
    each = parts(replace(terms, max_connections=1), limit)["sessions"]
    if spare / each >= RULES["max_connections"].low:
        found["max_connections"] = int(spare / each)
    slots = terms.max_connections + min(terms.max_parallel_workers, terms.max_worker_processes)
    rest = (
        limit
        - worst_bytes(replace(terms, work_mem=0, temp_buffers=0), limit)
        - terms.max_connections * terms.temp_buffers
    )
    work = int(work_mem_of(rest / slots, terms.hash_mem_multiplier, 0)) // (64 * KIB) * 64 * KIB
    if work >= LEAST_WORK_MEM:
        found["work_mem"] = work
    memory = _memory(case)
    if memory is not None:
        found["memory"] = memory
    return found


def broken(case: Case, terms: Terms, path: str) -> list[Finding]:
    """Return the finding that the worst case is above the container's limit, with every term and what would fit."""
    limit = case.container.limit
    each = parts(terms, limit)
    worst = sum(each.values())
    if worst <= limit:
        return []
    sums = " + ".join(f"{name} {int(amount)}" for name, amount in each.items())
    ways = remedies(case, terms)
    told = {
        "max_connections": "at most {} connections (a pool serves more clients)",
        "work_mem": "work_mem of {}",
        "memory": f"{path}.memory of {{}}",
    }
    shown = {name: str(way) if name == "max_connections" else format_bytes(way) for name, way in ways.items()}
    counts = f"{int(terms.max_connections)} connections with {format_bytes(terms.work_mem)} for each of 3 nodes"
    return [
        Finding(
            path=f"{path}.settings",
            value=f"{format_bytes(worst)} for {counts}: {sums} = {int(worst)} bytes",
            rule=f"all that may be used at once must fit into the container's {format_bytes(limit)} ({limit} bytes)",
            hint="either " + ", or ".join(told[name].format(way) for name, way in shown.items()) if shown else UNDO,
        )
    ]
