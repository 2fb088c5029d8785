# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's settings in the order in which they are read: connections, memory, parallel work, I/O and logs.

Sources: PostgreSQL manual, chapters "Connections and Authentication", "Resource Consumption", "Query Planning" and
"Error Reporting and Logging" of each major version. The write-ahead log and vacuum are in postgres_storage.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import NODES, Container, Terms
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB, format_bytes

Row = tuple[str, str, str]
RESERVED = 3
# Below this, what huge pages save is little, and a host keeps none ready for a container.
HUGE_FROM = 8 * GIB


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a row is written from: the container, the major version and the terms that were derived."""

    container: Container
    version: int
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class Volume:
    """What a kind of storage is to the planner and to vacuum.

    page_cost: a page read out of order, in reads in order. depth: requests that it serves at once; from version 18 on
    each is up to io_combine_limit large, and workers send them, so that fewer are enough. rate: bytes a second that a
    checkpoint may count on. vacuum: cost that a vacuum may spend between two naps.
    """

    said: str
    page_cost: str
    depth: int
    depth_18: int
    rate: int
    vacuum: int


VOLUMES = {
    "ssd": Volume(said="solid state", page_cost="1.1", depth=200, depth_18=32, rate=200 * MIB, vacuum=2000),
    "hdd": Volume(said="a rotating disk", page_cost="4", depth=2, depth_18=4, rate=50 * MIB, vacuum=400),
    "network": Volume(
        said="a network volume: deep queues, slow single reads",
        page_cost="1.3",
        depth=128,
        depth_18=48,
        rate=100 * MIB,
        vacuum=1000,
    ),
}


def volume(facts: Facts) -> Volume:
    """Return what the container's storage is."""
    return VOLUMES[facts.container.storage]


def kb(size_bytes: float) -> str:
    """Return a size as PostgreSQL writes it: 64MB, or 832kB."""
    size = int(size_bytes)
    return f"{size // MIB}MB" if size % MIB == 0 else f"{size // KIB}kB"


def connections(facts: Facts) -> list[Row]:
    """Return who may connect."""
    terms, pool = facts.terms, facts.container.pool
    count, share = int(terms.max_connections), format_bytes(facts.container.limit)
    why = f"the pool's server side and those that go past it, in {share}" if pool else f"as many as {share} can hold"
    return [
        ("listen_addresses", "'*'", "the stack's own network alone reaches the container"),
        ("max_connections", str(count), f"{why} while each has its memory; a process for each"),
        (
            "superuser_reserved_connections",
            str(RESERVED),
            "an operator still gets in when the application has taken all",
        ),
        ("password_encryption", "scram-sha-256", "no weaker verifier is ever stored"),
        ("idle_in_transaction_session_timeout", "10min", "a forgotten transaction stops every vacuum"),
        ("tcp_keepalives_idle", "60", "a client that vanished gives its connection back within two minutes"),
        ("tcp_keepalives_interval", "10", "with tcp_keepalives_idle"),
        ("tcp_keepalives_count", "6", "with tcp_keepalives_idle"),
        ("client_connection_check_interval", "10s", "a query whose client is gone stops and frees its memory"),
    ]


def memory(facts: Facts) -> list[Row]:
    """Return what the container's memory is used for; every one but effective_cache_size is counted in the sum."""
    terms, limit = facts.terms, facts.container.limit
    share, part = format_bytes(limit), round(100 * terms.shared_buffers / limit)
    huge = terms.shared_buffers >= HUGE_FROM
    why = "saves page tables, if the host has them" if huge else f"pays from {format_bytes(HUGE_FROM)} of buffers"
    each = f"{NODES} nodes each of {int(terms.max_connections)} sessions and {int(terms.max_parallel_workers)} workers"
    return [
        ("shared_buffers", kb(terms.shared_buffers), f"{part} % of {share}; the page cache has the rest"),
        ("huge_pages", "try" if huge else "off", why),
        ("effective_cache_size", kb(limit * 7 // 10 // MIB * MIB), f"buffers and page cache within {share}"),
        ("work_mem", kb(terms.work_mem), f"{each} fit into {share}"),
        (
            "hash_mem_multiplier",
            f"{terms.hash_mem_multiplier:g}",
            "a sort may use what a hash may: both are counted so",
        ),
        ("temp_buffers", kb(terms.temp_buffers), "temporary tables, counted for each session"),
        ("maintenance_work_mem", kb(terms.maintenance_work_mem), "one index build beside all sessions and vacuums"),
        ("dynamic_shared_memory_type", "posix", "in /dev/shm, whose size is planned and counted to the container"),
    ]


def _gather(facts: Facts) -> tuple[int, str]:
    workers, workload = int(facts.terms.max_parallel_workers), facts.container.workload
    if workload == "analytics":
        return min(workers, 8), "few queries, each with the CPUs"
    if workload == "mixed":
        return min(4, (workers + 1) // 2), "half of the workers: reports beside short queries"
    return min(2, workers // 2), "short queries gain little, and keep the CPUs for each other"


def parallel(facts: Facts) -> list[Row]:
    """Return how many processes share a query; all workers are counted in the sum as sessions are."""
    terms, cpus = facts.terms, facts.container.cpus
    workers, (gather, why) = int(terms.max_parallel_workers), _gather(facts)
    return [
        ("max_worker_processes", str(int(terms.max_worker_processes)), "parallel workers and two of extensions"),
        ("max_parallel_workers", str(workers), f"{cpus:g} CPUs; each worker is counted as a session"),
        ("max_parallel_workers_per_gather", str(gather), why),
        ("max_parallel_maintenance_workers", str(min(4, (workers + 1) // 2)), "they share one maintenance_work_mem"),
    ]


def planner(facts: Facts) -> list[Row]:
    """Return what the planner is told, and how reads are sent."""
    kind, new = volume(facts), facts.version >= 18
    depth = str(kind.depth_18 if new else kind.depth)
    rows = [
        ("random_page_cost", kind.page_cost, f"the volume is {kind.said}"),
        ("effective_io_concurrency", depth, "requests that the volume serves at once"),
        ("maintenance_io_concurrency", depth, "vacuum and index builds read ahead alike"),
        ("io_method", "worker", "io_uring is refused by Docker's system call filter"),
        ("io_workers", str(int(facts.terms.io_workers)), f"readers for {facts.container.cpus:g} CPUs"),
        ("jit", "off", "compiling takes memory that no setting bounds, and more time than short queries have"),
    ]
    if facts.container.workload == "analytics":
        rows.append(("default_statistics_target", "500", "large tables with skewed values need finer histograms"))
        rows.append(("io_combine_limit", "256kB", "scans read in larger pieces"))
    return rows


def logs(_facts: Facts) -> list[Row]:
    """Return what is logged and counted."""
    return [
        ("log_min_duration_statement", "1000", "statements over a second are worth a look"),
        ("log_checkpoints", "on", "shows a max_wal_size that is too small"),
        ("log_connections", "on", "who came"),
        ("log_disconnections", "on", "who went, and how long it took"),
        ("log_lock_waits", "on", "waits over a second"),
        ("log_temp_files", "64MB", "a query that spills this much wants more work_mem or an index"),
        ("log_autovacuum_min_duration", "10s", "a vacuum this long is worth a look"),
        ("log_line_prefix", "'%m [%p] %q%u@%d '", "when, which process, who and where"),
        ("track_io_timing", "on", "tells waiting for the volume from working"),
        ("shared_preload_libraries", "'pg_stat_statements'", "which statement costs what"),
    ]
