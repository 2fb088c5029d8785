# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What follows from the volume: log, temporary files and vacuum stay within it, and follow workload and storage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan import postgres_storage
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_rows import Facts, Row
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_size import Case, size
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import WORKLOADS
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


def _facts(limit: int = GIB, disk: int = 80 * GIB, storage: str = "ssd", workload: str = "web") -> Facts:
    container = Container(limit=limit, cpus=2, disk_bytes=disk, storage=storage, workload=workload)
    return Facts(container=container, version=18, terms=size(Case(container=container, version=18, given={})))


def _megabytes(rows: list[Row], name: str) -> int:
    return next(int(value.removesuffix("MB")) for row, value, _ in rows if row == name)


@pytest.mark.parametrize(
    ("limit", "disk", "workload", "megabytes"),
    [
        (GIB, 80 * GIB, "web", 4096),
        (GIB, 80 * GIB, "oltp", 8192),
        (GIB, 10 * GIB, "oltp", 1024),
        (GIB, GIB, "web", 128),
        (64 * GIB, 4096 * GIB, "web", 16384),
        (64 * GIB, 4096 * GIB, "analytics", 65536),
    ],
)
def test_the_log_between_two_checkpoints(limit: int, disk: int, workload: str, megabytes: int) -> None:
    assert _megabytes(postgres_storage.wal(_facts(limit, disk, workload=workload)), "max_wal_size") == megabytes


@given(st.integers(256 * MIB, 512 * GIB), st.integers(2 * GIB, 4096 * GIB), st.sampled_from(WORKLOADS))
def test_log_slots_and_temporary_files_leave_most_of_the_volume_to_the_data(
    limit: int, disk: int, workload: str
) -> None:
    facts = _facts(limit, disk, workload=workload)
    wal, files = postgres_storage.wal(facts), postgres_storage.files(facts)
    least, most = _megabytes(wal, "min_wal_size"), _megabytes(wal, "max_wal_size")
    assert 80 <= least <= most
    assert most % 16 == least % 16 == 0
    taken = most + _megabytes(wal, "max_slot_wal_keep_size") + _megabytes(files, "temp_file_limit")
    assert taken * MIB <= max(0.4 * disk, 512 * MIB)


@pytest.mark.parametrize(("storage", "limit"), [("ssd", "2000"), ("network", "1000"), ("hdd", "400")])
def test_vacuum_spends_what_the_storage_bears(storage: str, limit: str) -> None:
    rows = {name: value for name, value, _ in postgres_storage.vacuum(_facts(storage=storage))}
    assert rows["autovacuum_vacuum_cost_limit"] == limit


def test_many_writes_are_vacuumed_sooner() -> None:
    web, oltp = ({n: v for n, v, _ in postgres_storage.vacuum(_facts(workload=each))} for each in ("web", "oltp"))
    for name in ("autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor"):
        assert float(oltp[name]) < float(web[name])


@pytest.mark.parametrize(("storage", "seconds"), [("ssd", 60 + 10), ("network", 60 + 20), ("hdd", 60 + 40)])
def test_a_stop_waits_until_all_buffers_are_written(storage: str, seconds: int) -> None:
    assert postgres_storage.stop_grace_seconds(_facts(8 * GIB, storage=storage)) == seconds


def test_every_workload_has_a_row() -> None:
    assert set(postgres_storage.WRITING) == set(WORKLOADS)


def test_the_largest_volume_gives_no_limit_that_the_server_refuses() -> None:
    assert _megabytes(postgres_storage.files(_facts(disk=1024 * 1024 * GIB)), "temp_file_limit") == 1024 * 1024
