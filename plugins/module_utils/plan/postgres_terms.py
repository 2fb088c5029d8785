# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The invariant of a PostgreSQL container: all that it may use at once, term by term, against its memory limit.

Formula after the PostgreSQL manual, chapters "Resource Consumption" and "Managing Kernel Resources": work_mem is per
node and per process, hash nodes may use hash_mem_multiplier times as much, each parallel worker has its own, a utility
command has maintenance_work_mem once however many workers help it, and a vacuum worker has autovacuum_work_mem.

The fixed figures were measured on PostgreSQL 18 (amd64, official image, data checksums):

- ``postgres -C shared_memory_size`` beside shared_buffers: 16 MiB +10, 256 MiB +20, 1 GiB +43, 8 GiB +232, 64 GiB
  +1549 MiB with 20 connections and 4 MiB of wal_buffers; 0.08 MiB more for each connection or worker (most of it
  asynchronous I/O handles), 2 MiB for pg_stat_statements.
- Private memory of a backend: 1.4 MiB idle, 5.9 MiB after joins over 300 tables with two indexes each, 10.2 after 600.
- Background processes: 0.3 to 1.5 MiB private each, the postmaster 6.5 MiB; 0.2 MiB of page tables each.
- Page tables: 8 bytes for each 4 KiB page of the buffers that a process has touched, and no process shares them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Pool
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB

# A query of an ordinary application sorts or hashes in up to this many nodes at once.
NODES = 3
# What allocation blocks, tuple arrays and a batch file's buffers take above the amount that a node counts.
OVERSHOOT = 1.1
# A backend besides its nodes: catalogue caches of some 200 tables and their indexes, plans, stack, the kernel's part.
BACKEND_BYTES = 5 * MIB
# A process that runs no query of a user: checkpointer, writers, archiver, launchers, log and WAL senders.
PROCESS_BYTES = 3 * MIB // 2
POSTMASTER_BYTES = 8 * MIB
PROCESSES = 8
# Shared memory besides the buffers: a fixed part, a part of the buffers, and one for each process slot.
SHARED_FIXED = 6 * MIB
SHARED_PART = 0.03
SLOT_BYTES = 80 * KIB
# Slots that exist whatever is set: vacuum workers' and auxiliary processes'.
FIXED_SLOTS = 30
# A page table entry for each page of the buffers.
PAGE_TABLE_PART = 1 / 512
# Tuple queues and states that a parallel query shares in /dev/shm. A parallel hash table lies there too, yet its size
# is the participants' own node memory taken together, which is counted with each of them.
QUEUE_BYTES = 512 * KIB
# The archiver's and the backup's own programs run in this container: processes, compression buffers, a health check.
ARCHIVE_LEAST = 24 * MIB
ARCHIVE_MOST = 256 * MIB


@dataclass(frozen=True, kw_only=True)
class Container:
    """What the server runs in: memory limit and share of the volume in bytes, CPUs, storage, workload and pool.

    storage: ssd, hdd or network. workload: web, oltp, mixed or analytics. archive_seconds: how long an open segment of
    the log may wait until it is archived; 0 where nothing is.
    """

    limit: int
    cpus: float
    disk_bytes: int
    storage: str
    workload: str
    pool: Pool | None = None
    archive_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The settings that the invariant is made of, in bytes and counts; fractions occur only while sizes are derived.

    logical_decoding_work_mem: 0 unless wal_level is logical. io_workers: 0 where the version has none.
    """

    shared_buffers: float
    wal_buffers: float
    max_connections: float
    work_mem: float
    hash_mem_multiplier: float
    temp_buffers: float
    maintenance_work_mem: float
    autovacuum_work_mem: float
    autovacuum_max_workers: float
    max_parallel_workers: float
    max_worker_processes: float
    max_wal_senders: float
    io_workers: float = 0
    logical_decoding_work_mem: float = 0


def page_cache_floor(limit: float) -> float:
    """Return the part of the container that stays for the kernel's page cache: 10 %, in bytes."""
    return limit / 10


def archive_allowance(limit: float) -> float:
    """Return what archiving and backup programs may use beside the server, in bytes."""
    return min(ARCHIVE_MOST, max(ARCHIVE_LEAST, limit / 32))


def node_bytes(work_mem: float, hash_mem_multiplier: float) -> float:
    """Return what the nodes of one query may use in one process, in bytes."""
    return NODES * work_mem * max(1.0, hash_mem_multiplier) * OVERSHOOT


def process_bytes(shared_buffers: float) -> float:
    """Return what a backend or worker takes besides its nodes, with page tables and slot, in bytes."""
    return BACKEND_BYTES + shared_buffers * PAGE_TABLE_PART + SLOT_BYTES


def parts(terms: Terms, limit: float) -> dict[str, float]:
    """Return every term of the invariant by what it is for, in bytes; their sum is the worst case."""
    process = process_bytes(terms.shared_buffers)
    nodes = node_bytes(terms.work_mem, terms.hash_mem_multiplier)
    workers = min(terms.max_parallel_workers, terms.max_worker_processes)
    lesser = PROCESSES + terms.io_workers + terms.max_wal_senders + terms.max_worker_processes - workers
    small = PROCESS_BYTES + SLOT_BYTES + terms.shared_buffers * PAGE_TABLE_PART
    shared = SHARED_FIXED + SHARED_PART * terms.shared_buffers + FIXED_SLOTS * SLOT_BYTES
    decoding = terms.max_wal_senders * terms.logical_decoding_work_mem
    return {
        "shared_buffers": terms.shared_buffers,
        "shared overhead": shared + terms.wal_buffers,
        "sessions": terms.max_connections * (process + nodes + terms.temp_buffers),
        "parallel workers": workers * (process + nodes + QUEUE_BYTES),
        "autovacuum": terms.autovacuum_max_workers * (process + terms.autovacuum_work_mem),
        "maintenance": terms.maintenance_work_mem,
        "background": POSTMASTER_BYTES + lesser * small + decoding,
        "archive and backup": archive_allowance(limit),
        "page cache": page_cache_floor(limit),
    }


def worst_bytes(terms: Terms, limit: float) -> float:
    """Return the worst case of a container with this limit, its page-cache floor included, in bytes."""
    return sum(parts(terms, limit).values())


def shm_bytes(terms: Terms) -> int:
    """Return the size of /dev/shm: what parallel queries and one parallel utility command may share, in bytes.

    Each worker helps a leader, so that at most twice the workers share tables. It is a ceiling and no claim: what lies
    there is counted with the processes.
    """
    nodes = node_bytes(terms.work_mem, terms.hash_mem_multiplier)
    shared = 2 * terms.max_parallel_workers * (nodes + QUEUE_BYTES) + terms.maintenance_work_mem
    return int(64 * MIB + shared) // MIB * MIB
