# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's rows: each workload, storage and version gets what it needs, as the server writes it."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import postgres_rows
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_rows import Facts, kb, volume
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_size import Case, size
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import STORAGE, Pool
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB


def _facts(limit: int = GIB, cpus: float = 2, storage: str = "ssd", workload: str = "web", version: int = 18) -> Facts:
    container = Container(limit=limit, cpus=cpus, disk_bytes=80 * GIB, storage=storage, workload=workload)
    terms = size(Case(container=container, version=version, given={}))
    return Facts(container=container, version=version, terms=terms)


def _values(rows: list[postgres_rows.Row]) -> dict[str, str]:
    return {name: value for name, value, _ in rows}


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(MIB, "1MB"), (GIB, "1024MB"), (832 * KIB, "832kB"), (1.5 * MIB, "1536kB")]
)
def test_a_size_is_written_in_whole_units(size_bytes: float, text: str) -> None:
    assert kb(size_bytes) == text


def test_huge_pages_are_tried_from_eight_gibibytes_of_buffers() -> None:
    assert _values(postgres_rows.memory(_facts(31 * GIB)))["huge_pages"] == "off"
    assert _values(postgres_rows.memory(_facts(32 * GIB)))["huge_pages"] == "try"


@pytest.mark.parametrize(
    ("storage", "cost", "old", "new"),
    [("ssd", "1.1", "200", "32"), ("hdd", "4", "2", "4"), ("network", "1.3", "128", "48")],
)
def test_reads_follow_the_storage_and_the_version(storage: str, cost: str, old: str, new: str) -> None:
    for version, depth in ((17, old), (18, new)):
        values = _values(postgres_rows.planner(_facts(storage=storage, version=version)))
        assert values["random_page_cost"] == cost
        assert values["effective_io_concurrency"] == values["maintenance_io_concurrency"] == depth


def test_every_kind_of_storage_has_a_row() -> None:
    assert set(postgres_rows.VOLUMES) == set(STORAGE)
    assert volume(_facts(storage="hdd")).rate < volume(_facts(storage="ssd")).rate


@pytest.mark.parametrize(
    ("workload", "cpus", "gather"),
    [
        ("web", 1, "0"),
        ("web", 2, "1"),
        ("oltp", 16, "2"),
        ("mixed", 2, "1"),
        ("mixed", 16, "4"),
        ("analytics", 16, "8"),
    ],
)
def test_how_many_workers_one_query_gets(workload: str, cpus: float, gather: str) -> None:
    values = _values(postgres_rows.parallel(_facts(64 * GIB, cpus, workload=workload)))
    assert values["max_parallel_workers_per_gather"] == gather
    assert int(gather) <= int(values["max_parallel_workers"]) <= max(2, cpus)
    assert int(values["max_worker_processes"]) > int(values["max_parallel_workers"])


def test_only_large_queries_get_finer_statistics() -> None:
    assert _values(postgres_rows.planner(_facts(workload="analytics")))["default_statistics_target"] == "500"
    assert "default_statistics_target" not in _values(postgres_rows.planner(_facts()))


def test_a_pool_is_the_reason_for_few_connections() -> None:
    plain = _facts()
    pooled = Container(**{**vars(plain.container), "pool": Pool(mode="transaction", clients=100, size=None)})
    reasons = [
        next(why for name, _, why in postgres_rows.connections(facts) if name == "max_connections")
        for facts in (plain, Facts(container=pooled, version=18, terms=plain.terms))
    ]
    assert "pool" not in reasons[0]
    assert "pool" in reasons[1]


def test_what_is_logged() -> None:
    assert _values(postgres_rows.logs(_facts()))["log_min_duration_statement"] == "1000"
