# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's settings from its container's share, each with its reason.

The invariant: what every allowed session may use at once fits into the container. Formula and terms follow the
PostgreSQL manual, chapters "Resource Consumption" and "Managing Kernel Resources" (work_mem is per node, hash nodes
may use hash_mem_multiplier times as much, parallel workers each have their own).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB, format_bytes, parse_bytes

# An allowance for a backend's private memory besides work_mem: catalogue caches, plans, stack.
BACKEND_BYTES = 5 * MIB
# A query of an ordinary application sorts or hashes in up to this many nodes at once.
NODES = 3
HASH_MEM_MULTIPLIER = 2.0
AUTOVACUUM_WORKERS = 3
LEAST_WORK_MEM = 64 * KIB
LEAST_CONNECTIONS = 20
LEAST_BUFFERS = 16 * MIB
# What the least connections, the background processes and the page cache take of the smallest containers: there the
# buffers are what remains, and not a quarter.
BESIDE_BUFFERS = 236 * MIB
# Each parallel worker may sort as much as a session does.
BYTES_A_WORKER = 128 * MIB
MOST_WORK_MEM = 256 * MIB


@dataclass(frozen=True, kw_only=True)
class Container:
    """What the server runs in: memory limit and volume in bytes, CPUs, and whether the volume is solid state."""

    limit: int
    cpus: float
    disk_bytes: int
    solid_state: bool


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of the invariant, bytes and counts."""

    shared_buffers: int
    wal_buffers: int
    work_mem: int
    maintenance_work_mem: int
    connections: int
    parallel_workers: int

    def worst_bytes(self) -> int:
        """Return what every allowed session, worker and vacuum may use at once."""
        query = int(self.work_mem * NODES * HASH_MEM_MULTIPLIER) + BACKEND_BYTES
        background = AUTOVACUUM_WORKERS * (self.maintenance_work_mem + BACKEND_BYTES) + 8 * BACKEND_BYTES
        shared = self.shared_buffers + self.wal_buffers
        return shared + query * (self.connections + self.parallel_workers) + background


def page_cache_floor(limit: int) -> int:
    """Return the part of the container that stays for the kernel's page cache: 10 %."""
    return limit // 10


def size(limit: int, cpus: float) -> Terms:
    """Return terms whose worst case and page-cache floor fit into limit bytes, for 256 MiB and more."""
    shared = max(LEAST_BUFFERS, min(limit // 4, limit - BESIDE_BUFFERS) // MIB * MIB)
    maintenance = min(1 * GIB, max(8 * MIB, limit // 32 // MIB * MIB))
    workers = max(2, min(8, int(cpus), limit // BYTES_A_WORKER))
    wal = min(16 * MIB, max(4 * MIB, shared // 32))
    # One connection for each 16 MiB, between what a small application's pool needs and what a process per
    # connection still serves well; a pool in front is the way beyond.
    connections = max(LEAST_CONNECTIONS, min(200, limit // (16 * MIB)))
    base = Terms(
        shared_buffers=shared,
        wal_buffers=wal,
        work_mem=0,
        maintenance_work_mem=maintenance,
        connections=connections,
        parallel_workers=workers,
    )
    spare = limit - page_cache_floor(limit) - base.worst_bytes()
    each = spare / ((connections + workers) * NODES * HASH_MEM_MULTIPLIER)
    work = int(min(MOST_WORK_MEM, max(LEAST_WORK_MEM, each))) // KIB * KIB
    return Terms(**{**vars(base), "work_mem": work})


def _kb(size_bytes: int) -> str:
    return f"{size_bytes // MIB}MB" if size_bytes % MIB == 0 else f"{size_bytes // KIB}kB"


def _planned(container: Container) -> list[Setting]:
    limit, cpus, solid_state = container.limit, container.cpus, container.solid_state
    terms = size(limit, cpus)
    share = format_bytes(limit)
    wal = max(256 * MIB, min(16 * GIB, 4 * limit, container.disk_bytes // 20)) // MIB * MIB
    rows = [
        ("listen_addresses", "'*'", "the stack's own network alone reaches the container"),
        ("max_connections", str(terms.connections), f"one for each 16 MiB of {share}, 20 to 200"),
        ("password_encryption", "scram-sha-256", "no weaker verifier is ever stored"),
        ("shared_buffers", _kb(terms.shared_buffers), f"at most a quarter of {share}"),
        ("effective_cache_size", _kb(limit * 6 // 10 // MIB * MIB), "buffers and page cache within the container"),
        ("work_mem", _kb(terms.work_mem), f"{terms.connections} sessions of {NODES} nodes fit into {share}"),
        ("hash_mem_multiplier", f"{HASH_MEM_MULTIPLIER:g}", "counted in work_mem's sum"),
        ("maintenance_work_mem", _kb(terms.maintenance_work_mem), f"{AUTOVACUUM_WORKERS} vacuums at once fit"),
        ("autovacuum_max_workers", str(AUTOVACUUM_WORKERS), "counted in the container's sum"),
        ("wal_buffers", _kb(terms.wal_buffers), "1/32 of the buffers, at most one segment"),
        ("max_worker_processes", str(terms.parallel_workers + 4), "parallel workers and background workers"),
        ("max_parallel_workers", str(terms.parallel_workers), f"{cpus:g} CPUs; each has a work_mem of its own"),
        ("max_parallel_workers_per_gather", str(max(1, min(4, terms.parallel_workers // 2))), "half of the workers"),
        ("huge_pages", "off", "a container's share is below what pays, and the host keeps none ready"),
        ("io_method", "worker", "io_uring is refused by Docker's system call filter"),
        ("jit", "off", "compiling costs more than it saves on an application's short queries"),
        ("wal_level", "replica", "what an archive and point-in-time recovery need"),
        ("wal_compression", "lz4", "fewer bytes for a little CPU"),
        ("max_wal_size", _kb(wal), "checkpoints by time; a twentieth of the volume, 4 x the memory"),
        ("checkpoint_completion_target", "0.9", "spread the writes"),
        ("random_page_cost", "1.1" if solid_state else "4", "the volume is solid state" if solid_state else "rotating"),
        ("effective_io_concurrency", "200" if solid_state else "2", "requests that the volume serves at once"),
        ("log_min_duration_statement", "1000", "statements over a second are worth a look"),
        ("log_checkpoints", "on", "shows a max_wal_size that is too small"),
        ("log_connections", "on", "who came"),
        ("log_disconnections", "on", "who went, and how long it took"),
        ("log_lock_waits", "on", "waits over a second"),
        ("idle_in_transaction_session_timeout", "10min", "a forgotten transaction stops every vacuum"),
        ("shared_preload_libraries", "'pg_stat_statements'", "which statement costs what"),
    ]
    return [Setting(name=name, value=value, reason=reason) for name, value, reason in rows]


# Settings that a major version does not know yet.
SINCE = {"io_method": 18}


def _quoted(value: str) -> str:
    # PostgreSQL manual, "Setting Parameters": what is no plain word or number stands in quotes, doubled within.
    plain = re.fullmatch(r"-?[A-Za-z0-9_.]+", value) or re.fullmatch(r"'([^']|'')*'", value)
    return value if plain else "'" + value.replace("'", "''") + "'"


def settings(container: Container, version: int, overrides: Mapping[str, str]) -> list[Setting]:
    """Return every setting that the major version knows, overrides last."""
    planned = [setting for setting in _planned(container) if SINCE.get(setting.name, 0) <= version]
    kept = [setting for setting in planned if setting.name not in overrides]
    return kept + [Setting(name=name, value=_quoted(value), reason="declared") for name, value in overrides.items()]


UNDO = "give another value, or leave it out: it is planned from the container's size"
_MEMORY = {"shared_buffers": MIB // 128, "wal_buffers": MIB // 128, "work_mem": KIB, "maintenance_work_mem": KIB}


def _size(name: str, value: str) -> int | None:
    text = value.strip().strip("'")
    try:
        return int(text) * _MEMORY[name] if text.isdigit() else parse_bytes(text)
    except ValueError:
        return None


def findings(limit: int, chosen: list[Setting], path: str) -> list[Finding]:
    """Return what overrides break: a value that is no size, and a worst case above the container's limit."""
    values = {setting.name: setting.value for setting in chosen}
    sizes = {name: _size(name, values[name]) for name in _MEMORY}
    counts = {name: values[name] for name in ("max_connections", "max_parallel_workers")}
    found = [
        Finding(path=f"{path}.settings.{name}", value=values[name], rule="must be a size such as 64MB", hint=UNDO)
        for name, size_bytes in sizes.items()
        if size_bytes is None
    ]
    found += [
        Finding(path=f"{path}.settings.{name}", value=count, rule="must be a whole number", hint=UNDO)
        for name, count in counts.items()
        if not count.isdigit()
    ]
    if found:
        return found
    terms = Terms(
        connections=int(counts["max_connections"]),
        parallel_workers=int(counts["max_parallel_workers"]),
        **{name: size_bytes or 0 for name, size_bytes in sizes.items()},
    )
    worst, cache = terms.worst_bytes(), page_cache_floor(limit)
    if worst + cache <= limit:
        return []
    asks = f"buffers {values['shared_buffers']}, {terms.connections} connections x {values['work_mem']} x {NODES}"
    rest = f"{format_bytes(limit)} less {format_bytes(cache)} for the page cache"
    rule = f"all sessions at once must fit into the container's {rest}"
    hint = f"more memory ({path}.memory), or fewer connections, or a smaller work_mem"
    return [Finding(path=f"{path}.settings", value=f"{format_bytes(worst)}: {asks}", rule=rule, hint=hint)]
