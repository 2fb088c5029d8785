# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's settings as a whole: told with reasons, known to the version, and derived around what is declared."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_overrides import RULES, number
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import worst_bytes
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_postgres import Container, Tuned, quoted, tune
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import STORAGE, WORKLOADS, Pool
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB

POOLS = st.none() | st.builds(
    Pool,
    mode=st.sampled_from(["transaction", "session"]),
    clients=st.integers(10, 10_000),
    size=st.none(),
)
CONTAINERS = st.builds(
    Container,
    limit=st.integers(256 * MIB, 2 * GIB) | st.integers(256 * MIB, 512 * GIB),
    cpus=st.floats(0.25, 128),
    disk_bytes=st.integers(GIB, 4096 * GIB),
    storage=st.sampled_from(STORAGE),
    workload=st.sampled_from(WORKLOADS),
    pool=POOLS,
)
SCHEDULE = {
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "maintenance_work_mem": "1GB",
    "max_connections": "200",
    "work_mem": "20MB",
}
PYDOTORG = {"max_connections": "200", "shared_buffers": "2GB", "effective_cache_size": "6GB", "max_wal_senders": "3"}


def _container(limit: int = GIB, cpus: float = 2, workload: str = "web", pool: Pool | None = None) -> Container:
    return Container(limit=limit, cpus=cpus, disk_bytes=80 * GIB, storage="ssd", workload=workload, pool=pool)


def _values(tuned: Tuned) -> dict[str, str]:
    return {each.name: each.value for each in tuned.settings}


@settings(max_examples=300)
@given(CONTAINERS, st.sampled_from([16, 17, 18]))
def test_what_is_planned_is_told_with_reasons_and_never_refused(container: Container, version: int) -> None:
    tuned = tune(container, version, {}, "p")
    assert tuned.findings == []
    assert all(each.reason and re.fullmatch(r"[a-z_]+", each.name) for each in tuned.settings)
    # A comment ends the line of a configuration file, so no value and no reason may break it.
    assert not [each for each in tuned.settings if "\n" in each.value + each.reason or "#" in each.value]
    values = _values(tuned)
    assert len(values) == len(tuned.settings)
    # Each planned value is within the bounds that an override's must keep.
    assert [name for name, value in values.items() if name in RULES and number(name, value) is None] == []
    assert tuned.shm_bytes <= max(container.limit // 2, 64 * MIB)
    assert tuned.stop_grace_seconds >= 60
    assert tune(container, version, {}, "p") == tuned


@settings(max_examples=300)
@given(CONTAINERS)
def test_what_is_written_is_what_was_counted(container: Container) -> None:
    tuned = tune(container, 18, {}, "p")
    values = _values(tuned)
    counted = {name: value for name, value in vars(tuned.terms).items() if name != "logical_decoding_work_mem"}
    assert {name: number(name, values[name]) for name in counted} == counted
    assert worst_bytes(tuned.terms, container.limit) <= container.limit
    assert tuned.connections == int(values["max_connections"])
    cache = number("effective_cache_size", values["effective_cache_size"])
    assert cache is not None
    assert cache <= container.limit
    if tuned.pooler:
        assert tuned.pooler.server_connections < tuned.connections


@pytest.mark.parametrize(
    ("version", "unknown"), [(16, {"io_method", "io_workers", "io_combine_limit"}), (17, {"io_method", "io_workers"})]
)
def test_a_setting_that_a_version_does_not_know_is_left_out(version: int, unknown: set[str]) -> None:
    container = _container(workload="analytics")
    new, old = _values(tune(container, 18, {}, "p")), _values(tune(container, version, {}, "p"))
    assert set(new) - set(old) == unknown
    assert new["effective_io_concurrency"] == "32"
    assert old["effective_io_concurrency"] == "200"


def test_an_override_that_a_version_does_not_know_is_refused() -> None:
    (finding,) = tune(_container(), 17, {"io_method": "sync"}, "p").findings
    assert finding.path == "p.settings.io_method"
    assert "18" in finding.rule


def test_an_override_stands_once_and_says_that_it_is_one() -> None:
    chosen = [each for each in tune(_container(), 18, {"work_mem": "1MB"}, "p").settings if each.name == "work_mem"]
    assert [(each.value, each.reason) for each in chosen] == [("1MB", "declared")]


@pytest.mark.parametrize(
    ("value", "written"), [("20MB", "20MB"), ("-1", "-1"), ("'a b'", "'a b'"), ("a b", "'a b'"), ("it's", "'it''s'")]
)
def test_a_value_is_quoted_where_it_must_be(value: str, written: str) -> None:
    assert quoted(value) == written


def test_a_container_of_a_gibibyte() -> None:
    values = _values(tune(_container(), 18, {}, "p"))
    assert values["shared_buffers"] == "256MB"
    assert values["work_mem"] == "2MB"
    assert 30 <= int(values["max_connections"]) <= 40
    assert values["max_wal_size"] == "4096MB"
    assert values["max_parallel_workers"] == "2"


def test_two_hundred_direct_connections_of_twenty_megabytes_do_not_fit_into_eight_gibibytes() -> None:
    cache, finding = tune(_container(8 * GIB, 4), 18, SCHEDULE, "p").findings
    assert (cache.path, cache.level) == ("p.settings.effective_cache_size", "warning")
    assert (finding.path, finding.level) == ("p.settings", "error")
    assert f"shared_buffers {4 * GIB} + " in finding.value
    assert f"maintenance {GIB} + " in finding.value
    assert f"({8 * GIB} bytes)" in finding.rule
    connections = re.search(r"at most (\d+) connections", finding.hint)
    memory = re.search(r"p\.memory of ([\d.]+) GiB", finding.hint)
    assert connections
    assert memory
    fewer = tune(_container(8 * GIB, 4), 18, {**SCHEDULE, "max_connections": connections[1]}, "p")
    larger = tune(_container(int((float(memory[1]) + 0.1) * GIB), 4), 18, SCHEDULE, "p")
    assert [each for each in (*fewer.findings, *larger.findings) if each.level == "error"] == []


def test_the_same_sizes_with_a_pool_for_two_hundred_clients_fit() -> None:
    given_settings = {name: value for name, value in SCHEDULE.items() if name != "max_connections"}
    container = _container(8 * GIB, 4, pool=Pool(mode="transaction", clients=200, size=None))
    tuned = tune(container, 18, given_settings, "p")
    assert [each for each in tuned.findings if each.level == "error"] == []
    assert tuned.pooler
    assert 4 <= tuned.pooler.server_connections < tuned.connections < 20
    assert {name: _values(tuned)[name] for name in given_settings} == given_settings
    assert worst_bytes(tuned.terms, 8 * GIB) <= 8 * GIB


@pytest.mark.parametrize(("gib", "levels"), [(4, ["warning", "error"]), (8, [])])
def test_two_hundred_connections_and_two_gigabytes_of_buffers(gib: int, levels: list[str]) -> None:
    tuned = tune(_container(gib * GIB, 4), 18, PYDOTORG, "p")
    assert [each.level for each in tuned.findings] == levels
    assert tuned.terms.work_mem >= 64 * KIB


def test_a_container_too_small_for_the_least_sessions_is_refused() -> None:
    assert [finding.path for finding in tune(_container(128 * MIB), 18, {}, "p").findings] == ["p.settings"]
