# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's sizes from its container: what is fixed first, then sessions and their memory from what is left.

Every size is worked out in fractions, is continuous in the limit, and only then rounded down. The share of one session
follows a target that grows no faster than the container; thus a larger container has neither smaller buffers nor fewer
sessions nor less memory for each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import (
    NODES,
    OVERSHOOT,
    Container,
    Terms,
    node_bytes,
    process_bytes,
    worst_bytes,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB

BLOCK = 8 * KIB
# At 2.0, PostgreSQL's default, a sort gets half of what the sum must count for the node, as it might be a hash. At 1.0
# a hash gets the same memory under the same limit, and a sort twice as much.
HASH_MEM_MULTIPLIER = 1.0
LEAST_WORK_MEM, MOST_WORK_MEM = 64 * KIB, GIB
# PostgreSQL's least and default.
LEAST_TEMP, MOST_TEMP = 800 * KIB, 8 * MIB
SPARE_WORKERS = 2
WAL_SENDERS = 4


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A workload's shape.

    buffers: part of the limit. work_mem: bytes aimed at in a container of a GiB. least, most: connections.
    parallel: most workers; workers: their part of all processes. maintenance: part of the limit.
    """

    buffers: float
    work_mem: int
    least: int
    most: int
    parallel: int
    workers: float
    maintenance: float


PROFILES = {
    "web": Profile(buffers=0.25, work_mem=2 * MIB, least=12, most=200, parallel=8, workers=0.2, maintenance=1 / 24),
    "oltp": Profile(buffers=0.3, work_mem=2 * MIB, least=12, most=200, parallel=8, workers=0.2, maintenance=1 / 24),
    "mixed": Profile(buffers=0.25, work_mem=4 * MIB, least=12, most=150, parallel=16, workers=0.25, maintenance=1 / 20),
    "analytics": Profile(
        buffers=0.25, work_mem=16 * MIB, least=10, most=40, parallel=64, workers=0.5, maintenance=1 / 16
    ),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What sizes are derived for.

    given: terms that are settled, by name (bytes and counts). wanted: the connections to aim at instead of as many as
    fit, None for the latter.
    """

    container: Container
    version: int
    given: Mapping[str, float]
    wanted: int | None = None


def between(low: float, value: float, high: float) -> float:
    """Return value, or the nearer bound."""
    return max(low, min(high, value))


def coarse(value: float, bits: int = 5) -> int:
    """Return a whole number rounded down to its first binary digits: 16 steps for each doubling.

    What asks for a restart, or follows from a share that moves with the neighbours', then stays as it is when the share
    moves a little.
    """
    whole = int(value)
    step = 1 << max(0, whole.bit_length() - bits)
    return whole // step * step


def shared_buffers(container: Container) -> float:
    """Return the buffers, bytes.

    A quarter of the memory is where the manual ("Resource Consumption") starts; writes gain a little from more. Below
    a GiB the processes come first, and the buffers are a third of what is above 192 MiB.
    """
    part = PROFILES[container.workload].buffers
    return max(16 * MIB, min(part * container.limit, (container.limit - 192 * MIB) * 0.35))


def temp_of(work_mem: float) -> float:
    """Return temp_buffers for a work_mem: a quarter of it, within PostgreSQL's least and default."""
    return between(LEAST_TEMP, work_mem / 4, MOST_TEMP)


def work_mem_of(share: float, multiplier: float, temp: float | None) -> float:
    """Return the work_mem whose nodes and temp_buffers take share bytes in all. temp: where it is given."""
    nodes = NODES * OVERSHOOT * max(1.0, multiplier)
    if temp is not None:
        return (share - temp) / nodes
    return min((share - LEAST_TEMP) / nodes, max((share - MOST_TEMP) / nodes, share / (nodes + 0.25)))


def _fixed(case: Case) -> Terms:
    """Return the terms that do not depend on how many sessions there are, those still at 0."""
    container, given = case.container, case.given
    limit, cpus = container.limit, container.cpus
    buffers = given.get("shared_buffers", shared_buffers(container))
    maintenance = between(16 * MIB, limit * PROFILES[container.workload].maintenance, 2 * GIB)
    vacuums = min(2 if cpus < 1 else 3 if cpus < 16 else 5, 2 + limit / GIB)
    io_workers = min(between(2, 1 + cpus / 2, 16), 2 + limit / GIB)
    terms = Terms(
        shared_buffers=buffers,
        wal_buffers=between(4 * MIB, buffers / 32, 16 * MIB),
        max_connections=0,
        work_mem=0,
        hash_mem_multiplier=HASH_MEM_MULTIPLIER,
        temp_buffers=0,
        maintenance_work_mem=maintenance,
        autovacuum_work_mem=between(8 * MIB, limit / 64, 512 * MIB),
        autovacuum_max_workers=vacuums,
        max_parallel_workers=0,
        max_worker_processes=SPARE_WORKERS,
        max_wal_senders=WAL_SENDERS,
        io_workers=io_workers if case.version >= 18 else 0,
    )
    later = ("max_connections", "work_mem", "temp_buffers", "max_parallel_workers", "max_worker_processes")
    terms = replace(terms, **{name: value for name, value in given.items() if name not in later})
    # The server's own meaning of -1: as much as a manual vacuum.
    return replace(terms, autovacuum_work_mem=terms.maintenance_work_mem) if terms.autovacuum_work_mem < 0 else terms


def _target(container: Container) -> float:
    """Return the work_mem aimed at: in step with the limit up to a GiB, then with its root, so that sessions grow."""
    limit = container.limit
    return PROFILES[container.workload].work_mem / GIB * min(limit, math.sqrt(limit * GIB))


def size(case: Case) -> Terms:
    """Return terms whose worst case fits into the container, for limits of 256 MiB and more.

    What is given may leave no room: then the least values stand, and the sum says so.
    """
    container, given, wanted = case.container, case.given, case.wanted
    profile, base = PROFILES[container.workload], _fixed(case)
    spare = container.limit - worst_bytes(base, container.limit)
    process = process_bytes(base.shared_buffers)
    aim = given.get("work_mem", _target(container))
    temp = given.get("temp_buffers")
    each = process + node_bytes(aim, base.hash_mem_multiplier) + (temp_of(aim) if temp is None else temp)
    slots = max(0.0, spare / each)
    most_workers = min(profile.parallel, int(container.cpus)) if container.cpus >= 2 else 0
    workers = given.get("max_parallel_workers", min(most_workers, slots * profile.workers))
    workers = min(workers, given.get("max_worker_processes", workers))
    low, high = (wanted, wanted) if wanted is not None else (profile.least, profile.most)
    sessions = given.get("max_connections", between(min(low, profile.least), slots - workers, high))
    share = spare / max(1.0, sessions + workers) - process
    work = given.get(
        "work_mem", between(LEAST_WORK_MEM, work_mem_of(share, base.hash_mem_multiplier, temp), MOST_WORK_MEM)
    )
    return _rounded(
        replace(
            base,
            max_connections=sessions,
            work_mem=work,
            temp_buffers=temp_of(work) if temp is None else temp,
            max_parallel_workers=workers,
            max_worker_processes=given.get("max_worker_processes", int(workers) + SPARE_WORKERS),
        ),
        given,
        wanted is not None,
    )


# What each term is a multiple of; temp_buffers and work_mem are small where it matters.
_STEPS = {
    "shared_buffers": MIB,
    "wal_buffers": MIB,
    "work_mem": 64 * KIB,
    "temp_buffers": BLOCK,
    "maintenance_work_mem": MIB,
    "autovacuum_work_mem": MIB,
}
# Of these, only so many binary digits: another value is a restart.
_DIGITS = {"shared_buffers": 5, "wal_buffers": 2, "max_connections": 5}


def _rounded(terms: Terms, given: Mapping[str, float], exact: bool) -> Terms:
    """Return the terms as whole numbers, rounded down; what is given stays. exact: connections are aimed at."""
    done: dict[str, float] = {}
    for name, value in vars(terms).items():
        if name == "hash_mem_multiplier" or name in given:
            continue
        step = _STEPS.get(name, 1)
        digits = 64 if exact and name == "max_connections" else _DIGITS.get(name, 64)
        done[name] = coarse(value / step, digits) * step
    return replace(terms, **done)
