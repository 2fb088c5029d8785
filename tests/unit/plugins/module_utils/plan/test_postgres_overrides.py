# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Declared PostgreSQL settings: read as the server reads them, refused with the numbers, and with what would fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_overrides import (
    COUNTED,
    LOGICAL_DECODING,
    RULES,
    broken,
    given,
    number,
    plain,
    remedies,
    unsafe,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_size import Case, size
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container, worst_bytes
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB


def _container(limit: int = GIB, workload: str = "web") -> Container:
    return Container(limit=limit, cpus=2, disk_bytes=80 * GIB, storage="ssd", workload=workload)


def _case(limit: int = GIB, **terms: float) -> Case:
    return Case(container=_container(limit), version=18, given=terms)


@pytest.mark.parametrize(
    ("name", "value", "amount"),
    [
        ("work_mem", "20MB", 20 * MIB),
        ("work_mem", "256", 256 * KIB),
        ("work_mem", "1.5 MB", 1.5 * MIB),
        ("work_mem", "'4MB'", 4 * MIB),
        ("shared_buffers", "16384", 128 * MIB),
        ("max_wal_size", "1024", GIB),
        ("temp_file_limit", "-1", -1),
        ("max_connections", "200", 200),
        ("hash_mem_multiplier", "1.5", 1.5),
        ("effective_io_concurrency", "0", 0),
    ],
)
def test_a_value_is_read_as_the_server_reads_it(name: str, value: str, amount: float) -> None:
    assert number(name, value) == amount


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("work_mem", "much", "64MB"),
        ("work_mem", "", "64MB"),
        ("work_mem", "0", "at least 64 KiB"),
        ("work_mem", "-4MB", "at least 64 KiB"),
        ("work_mem", "-1", "at least 64 KiB"),
        ("work_mem", "4mb", "kB, MB"),
        ("work_mem", "4MiB", "kB, MB"),
        ("work_mem", "nan", "64MB"),
        ("work_mem", "1e6", "64MB"),
        ("shared_buffers", "25%", "64MB"),
        ("shared_buffers", "0", "at least 128 KiB"),
        ("max_connections", "many", "whole number"),
        ("max_connections", "0", "from 5"),
        ("max_connections", "20.5", "whole number"),
        ("max_connections", "20MB", "whole number"),
        ("max_connections", "300000", "262143"),
        ("hash_mem_multiplier", "0.5", "from 1"),
        ("hash_mem_multiplier", "inf", "number"),
        ("checkpoint_completion_target", "2", "to 1"),
        ("temp_file_limit", "2TB", "64MB"),
    ],
)
def test_what_is_no_value_is_refused_and_left_out(name: str, value: str, said: str) -> None:
    terms, (finding,) = given({name: value}, "p")
    assert terms == {}
    assert (finding.path, finding.value) == (f"p.settings.{name}", value)
    assert said in finding.rule
    assert finding.hint


@drawn(st.sampled_from(sorted(RULES)), st.text(max_size=12))
def test_no_text_breaks_the_reader(name: str, value: str) -> None:
    terms, found = given({name: value}, "p")
    amount = number(name, value)
    assert (amount is None) == bool(found)
    assert set(terms) <= COUNTED


def test_what_the_sum_counts_is_known() -> None:
    assert set(RULES) >= COUNTED


def test_a_share_of_the_buffers_is_the_planned_one() -> None:
    assert given({"wal_buffers": "-1"}, "p") == ({}, [])
    assert given({"autovacuum_work_mem": "-1"}, "p")[0] == {"autovacuum_work_mem": -1}


def test_logical_decoding_is_counted_where_it_can_happen() -> None:
    assert given({"logical_decoding_work_mem": "64MB"}, "p")[0] == {}
    both = given({"wal_level": "logical", "logical_decoding_work_mem": "64MB"}, "p")[0]
    assert both == {"logical_decoding_work_mem": 64 * MIB}
    assert given({"wal_level": "logical"}, "p")[0] == {"logical_decoding_work_mem": LOGICAL_DECODING}


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("fsync", "off", "error"),
        ("fsync", "'OFF'", "error"),
        ("full_page_writes", "no", "error"),
        ("zero_damaged_pages", "on", "error"),
        ("autovacuum", "false", "error"),
        ("wal_level", "minimal", "error"),
        ("io_method", "io_uring", "error"),
        ("password_encryption", "md5", "error"),
        ("synchronous_commit", "off", "warning"),
        ("effective_cache_size", "2GB", "warning"),
    ],
)
def test_what_puts_data_or_the_start_at_risk_is_told(name: str, value: str, level: str) -> None:
    (finding,) = unsafe({name: value}, _container(), "p")
    assert (finding.path, finding.level) == (f"p.settings.{name}", level)
    assert finding.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [("fsync", "on"), ("wal_level", "logical"), ("io_method", "sync"), ("effective_cache_size", "1GB"), ("jit", "on")],
)
def test_what_is_safe_is_not(name: str, value: str) -> None:
    assert unsafe({name: value}, _container(), "p") == []


@pytest.mark.parametrize(
    "terms",
    [
        {"work_mem": GIB},
        {"max_connections": 5000},
        {"shared_buffers": 2 * GIB},
        {"maintenance_work_mem": 2 * GIB},
        {"autovacuum_max_workers": 50},
        {"autovacuum_work_mem": GIB},
        {"temp_buffers": 100 * MIB},
        {"hash_mem_multiplier": 1000},
        {"max_parallel_workers": 900, "max_worker_processes": 1000},
        {"max_wal_senders": 100, "logical_decoding_work_mem": 64 * MIB},
    ],
    ids=str,
)
def test_each_term_can_break_the_sum_and_is_told_with_it(terms: dict[str, float]) -> None:
    case = replace(_case(), given=terms)
    sizes = size(case)
    (finding,) = broken(case, sizes, "p")
    assert finding.path == "p.settings"
    assert f"= {int(worst_bytes(sizes, GIB))} bytes" in finding.value
    assert f"({GIB} bytes)" in finding.rule
    assert finding.hint


@settings(max_examples=150, deadline=None)
@drawn(
    st.integers(256 * MIB, 64 * GIB),
    st.floats(0.1, 0.6),
    st.integers(64 * KIB, 64 * MIB),
    st.integers(10, 1000),
)
def test_each_remedy_alone_makes_it_fit_and_no_larger_one_does(
    limit: int, buffers: float, work: int, connections: int
) -> None:
    case = _case(limit, shared_buffers=int(limit * buffers), work_mem=work, max_connections=connections)
    terms = size(case)
    if worst_bytes(terms, limit) <= limit:
        assert broken(case, terms, "p") == []
        return
    ways = remedies(case, terms)
    if "max_connections" in ways:
        fitting = replace(terms, max_connections=ways["max_connections"])
        assert worst_bytes(fitting, limit) <= limit
        assert worst_bytes(replace(fitting, max_connections=ways["max_connections"] + 1), limit) > limit
    if "work_mem" in ways:
        assert worst_bytes(replace(terms, work_mem=ways["work_mem"]), limit) <= limit
    more = ways["memory"]
    larger = replace(case, container=replace(case.container, limit=more))
    assert worst_bytes(size(larger), more) <= more
    assert more > limit


def test_where_nothing_would_help_the_override_is_to_be_undone() -> None:
    case = _case(shared_buffers=17 * 1024 * GIB)
    (finding,) = broken(case, size(case), "p")
    assert "leave it out" in finding.hint


@pytest.mark.parametrize(("value", "text"), [("'off'", "off"), (" on ", "on"), ("20MB", "20MB")])
def test_quotes_are_no_part_of_a_value(value: str, text: str) -> None:
    assert plain(value) == text
