# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's sizes: the invariant holds for every container, and a larger one is never given less."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_size import (
    LEAST_TEMP,
    LEAST_WORK_MEM,
    MOST_TEMP,
    PROFILES,
    Case,
    between,
    coarse,
    shared_buffers,
    size,
    temp_of,
    work_mem_of,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import (
    NODES,
    OVERSHOOT,
    Container,
    worst_bytes,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import STORAGE, WORKLOADS
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

# Half of the draws are small containers: there the bounds meet.
LIMITS = st.integers(256 * MIB, 2 * GIB) | st.integers(256 * MIB, 512 * GIB)
CPUS = st.floats(0.25, 128)
CONTAINERS = st.builds(
    Container,
    limit=LIMITS,
    cpus=CPUS,
    disk_bytes=st.integers(GIB, 4096 * GIB),
    storage=st.sampled_from(STORAGE),
    workload=st.sampled_from(WORKLOADS),
)
VERSIONS = st.sampled_from([16, 17, 18])
WANTED = st.none() | st.integers(12, 2000)


def _case(limit: int = GIB, workload: str = "web", cpus: float = 2, **given_terms: float) -> Case:
    container = Container(limit=limit, cpus=cpus, disk_bytes=80 * GIB, storage="ssd", workload=workload)
    return Case(container=container, version=18, given=given_terms)


@settings(max_examples=500)
@given(CONTAINERS, VERSIONS, WANTED)
def test_the_worst_case_fits_into_every_container(container: Container, version: int, wanted: int | None) -> None:
    terms = size(Case(container=container, version=version, given={}, wanted=wanted))
    assert worst_bytes(terms, container.limit) <= container.limit
    assert terms.work_mem >= LEAST_WORK_MEM
    assert terms.max_connections >= 10
    assert terms == size(Case(container=container, version=version, given={}, wanted=wanted))
    for name, value in vars(terms).items():
        assert math.isfinite(value), name
        assert value == int(value) >= 0, name


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("cpus", [0.25, 2, 3, 8, 128])
def test_the_smallest_containers_hold_the_invariant_at_every_mebibyte(cpus: float, workload: str) -> None:
    sums = {mib: worst_bytes(size(_case(mib * MIB, workload, cpus)), mib * MIB) for mib in range(256, 1025)}
    assert [mib for mib, worst in sums.items() if worst > mib * MIB] == []


@settings(max_examples=500)
@given(CONTAINERS, VERSIONS, st.integers(0, 64 * MIB) | st.integers(0, 64 * GIB), WANTED)
def test_a_larger_container_is_never_given_less(
    container: Container, version: int, more: int, wanted: int | None
) -> None:
    small = size(Case(container=container, version=version, given={}, wanted=wanted))
    bigger = replace(container, limit=container.limit + more)
    large = size(Case(container=bigger, version=version, given={}, wanted=wanted))
    assert [name for name, value in vars(small).items() if getattr(large, name) < value] == []


@settings(max_examples=300)
@given(CONTAINERS, st.floats(0.1, 0.5), st.floats(0.001, 0.02), st.floats(0.01, 0.1))
def test_what_is_given_stays_and_the_rest_is_derived_around_it(
    container: Container, buffers: float, work: float, maintenance: float
) -> None:
    given_terms = {
        "shared_buffers": int(container.limit * buffers),
        "work_mem": max(LEAST_WORK_MEM, int(container.limit * work)),
        "maintenance_work_mem": int(container.limit * maintenance),
    }
    terms = size(Case(container=container, version=18, given=given_terms))
    assert {name: getattr(terms, name) for name in given_terms} == given_terms
    least = PROFILES[container.workload].least
    if terms.max_connections > least:
        assert worst_bytes(terms, container.limit) <= container.limit


def test_a_vacuum_worker_without_a_memory_of_its_own_has_the_manual_ones() -> None:
    terms = size(_case(autovacuum_work_mem=-1, maintenance_work_mem=32 * MIB))
    assert terms.autovacuum_work_mem == 32 * MIB


@pytest.mark.parametrize(("cpus", "workers"), [(0.25, 0), (1.9, 0), (2, 2), (4, 4), (64, 8)])
def test_parallel_workers_follow_the_cpus(cpus: float, workers: int) -> None:
    assert size(_case(16 * GIB, cpus=cpus)).max_parallel_workers == workers


def test_a_workload_of_few_large_queries_has_fewer_sessions_with_more_memory() -> None:
    sizes = [size(_case(4 * GIB, workload)) for workload in ("web", "mixed", "analytics")]
    assert sorted((each.max_connections for each in sizes), reverse=True) == [each.max_connections for each in sizes]
    assert sorted(each.work_mem for each in sizes) == [each.work_mem for each in sizes]


def test_buffers_are_a_part_of_the_limit_and_less_in_the_smallest() -> None:
    assert size(_case(GIB)).shared_buffers == 256 * MIB
    assert size(_case(8 * GIB, "oltp")).shared_buffers == 2432 * MIB <= 0.3 * 8192 * MIB
    assert shared_buffers(_case(256 * MIB).container) == pytest.approx(22.4 * MIB)
    assert shared_buffers(_case(128 * MIB).container) == 16 * MIB


@given(st.integers(64 * 1024, 64 * MIB), st.floats(1, 4))
def test_a_share_is_used_up_by_nodes_and_temporary_buffers(work_mem: int, multiplier: float) -> None:
    share = NODES * OVERSHOOT * multiplier * work_mem + temp_of(work_mem)
    assert work_mem_of(share, multiplier, None) == pytest.approx(work_mem)
    assert work_mem_of(share, multiplier, temp_of(work_mem)) == pytest.approx(work_mem)
    assert LEAST_TEMP <= temp_of(work_mem) <= MOST_TEMP


@pytest.mark.parametrize(("value", "bound"), [(0, 1), (2, 2), (9, 3)])
def test_a_value_between_two_bounds(value: float, bound: float) -> None:
    assert between(1, value, 3) == bound


def test_a_pool_is_aimed_at_and_not_exceeded() -> None:
    case = replace(_case(8 * GIB), wanted=20)
    assert size(case).max_connections == 20
    assert size(case).work_mem > size(_case(8 * GIB)).work_mem


@pytest.mark.parametrize(
    ("value", "bits", "rounded"), [(0, 5, 0), (31, 5, 31), (33, 5, 32), (1000, 5, 992), (7.9, 2, 6), (12345, 64, 12345)]
)
def test_a_coarse_number_is_a_little_below(value: float, bits: int, rounded: int) -> None:
    assert coarse(value, bits) == rounded


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_coarse_numbers_keep_their_order_and_most_of_their_value(one: int, other: int) -> None:
    assert coarse(min(one, other)) <= coarse(max(one, other))
    assert one * 15 / 16 <= coarse(one) <= one


def test_a_share_that_moves_a_little_asks_for_no_restart() -> None:
    before, after = size(_case(3000 * MIB)), size(_case(2980 * MIB))
    for name in ("shared_buffers", "wal_buffers", "max_connections", "max_worker_processes", "max_wal_senders"):
        assert getattr(before, name) == getattr(after, name)
