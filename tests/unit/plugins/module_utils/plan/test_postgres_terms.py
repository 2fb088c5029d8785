# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The invariant's terms: each grows with what it counts, and the fixed figures are no less than what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import (
    ARCHIVE_LEAST,
    ARCHIVE_MOST,
    Terms,
    archive_allowance,
    page_cache_floor,
    parts,
    process_bytes,
    shm_bytes,
    worst_bytes,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

TERMS = Terms(
    shared_buffers=256 * MIB,
    wal_buffers=4 * MIB,
    max_connections=20,
    work_mem=2 * MIB,
    hash_mem_multiplier=1,
    temp_buffers=MIB,
    maintenance_work_mem=64 * MIB,
    autovacuum_work_mem=16 * MIB,
    autovacuum_max_workers=3,
    max_parallel_workers=2,
    max_worker_processes=8,
    max_wal_senders=4,
    io_workers=3,
)


@pytest.mark.parametrize("name", [name for name in vars(TERMS) if name != "hash_mem_multiplier"])
def test_more_of_anything_is_never_less_in_the_sum(name: str) -> None:
    more = replace(TERMS, **{name: getattr(TERMS, name) * 2 + 1})
    assert worst_bytes(more, GIB) > worst_bytes(TERMS, GIB)


def test_a_hash_may_use_its_multiple_and_a_fraction_is_none() -> None:
    assert worst_bytes(replace(TERMS, hash_mem_multiplier=2), GIB) > worst_bytes(TERMS, GIB)
    assert worst_bytes(replace(TERMS, hash_mem_multiplier=0.5), GIB) == worst_bytes(TERMS, GIB)


def test_a_session_is_its_process_its_nodes_and_its_temporary_buffers() -> None:
    each = process_bytes(256 * MIB) + 3 * 2 * MIB * 1.1 + MIB
    assert parts(TERMS, GIB)["sessions"] == pytest.approx(20 * each)


def test_workers_that_cannot_start_are_not_counted_as_workers() -> None:
    none = replace(TERMS, max_worker_processes=0)
    assert parts(none, GIB)["parallel workers"] == 0


def test_decoding_is_counted_for_each_sender() -> None:
    more = worst_bytes(replace(TERMS, logical_decoding_work_mem=16 * MIB), GIB) - worst_bytes(TERMS, GIB)
    assert more == pytest.approx(4 * 16 * MIB)


@pytest.mark.parametrize(
    ("buffers", "connections", "measured"),
    [
        (16, 20, 10),
        (16, 500, 34),
        (128, 100, 22),
        (128, 500, 44),
        (256, 20, 20),
        (256, 100, 26),
        (256, 500, 57),
        (1024, 20, 43),
        (1024, 500, 83),
        (8192, 100, 239),
        (65536, 500, 1588),
    ],
)
def test_shared_memory_is_counted_as_the_server_reports_it(buffers: int, connections: int, measured: int) -> None:
    """Measured: shared_memory_size less shared_buffers in MiB, PostgreSQL 18, 4 MiB of wal_buffers, 8 workers."""
    terms = replace(TERMS, shared_buffers=buffers * MIB, max_connections=connections)
    slots = 80 * 1024 * (connections + terms.max_worker_processes + terms.max_wal_senders)
    assert measured * MIB <= parts(terms, GIB)["shared overhead"] + slots <= (measured * 1.3 + 12) * MIB


@pytest.mark.parametrize(
    ("limit", "bytes_"), [(GIB // 4, ARCHIVE_LEAST), (4 * GIB, 128 * MIB), (GIB * 64, ARCHIVE_MOST)]
)
def test_what_archiving_may_use(limit: int, bytes_: int) -> None:
    assert archive_allowance(limit) == bytes_


def test_the_page_cache_keeps_a_tenth() -> None:
    assert page_cache_floor(10 * GIB) == GIB
    assert parts(TERMS, 10 * GIB)["page cache"] == GIB


def test_the_shared_memory_volume_holds_what_parallel_queries_share() -> None:
    assert shm_bytes(TERMS) == int(64 + 64 + 2 * 2 * (3 * 2 * 1.1 + 0.5)) * MIB
    assert shm_bytes(replace(TERMS, max_parallel_workers=0)) == 128 * MIB
