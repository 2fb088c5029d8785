# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's settings: what every session may use at once fits into the container, whatever its size."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_postgres import (
    LEAST_WORK_MEM,
    MOST_WORK_MEM,
    Container,
    Terms,
    findings,
    page_cache_floor,
    settings,
    size,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB

# Half of the draws are small containers: there the bounds meet.
LIMITS = st.integers(256 * MIB, 2 * GIB) | st.integers(256 * MIB, 512 * GIB)
CPUS = st.floats(0.25, 128)
CONTAINER = Container(limit=GIB, cpus=2, disk_bytes=80 * GIB, solid_state=True)


def _values(container: Container = CONTAINER, version: int = 18, **overrides: str) -> dict[str, str]:
    return {each.name: each.value for each in settings(container, version, overrides)}


@given(LIMITS, CPUS)
def test_the_worst_case_and_the_page_cache_fit_into_the_container(limit: int, cpus: float) -> None:
    terms = size(limit, cpus)
    assert terms.worst_bytes() + page_cache_floor(limit) <= limit
    assert terms.connections >= 20
    assert LEAST_WORK_MEM <= terms.work_mem <= MOST_WORK_MEM
    assert min(vars(terms).values()) > 0


@pytest.mark.parametrize("cpus", [0.25, 2, 3, 8, 128])
def test_the_smallest_containers_hold_the_invariant_at_every_mebibyte(cpus: float) -> None:
    broken = [
        mib for mib in range(256, 1025) if size(mib * MIB, cpus).worst_bytes() + page_cache_floor(mib * MIB) > mib * MIB
    ]
    assert broken == []


@given(LIMITS, st.integers(0, 64 * GIB), CPUS)
def test_a_larger_container_has_no_smaller_buffers(limit: int, more: int, cpus: float) -> None:
    assert size(limit, cpus).shared_buffers <= size(limit + more, cpus).shared_buffers
    assert size(limit, cpus).connections <= size(limit + more, cpus).connections


@given(LIMITS, CPUS, st.integers(GIB, 4096 * GIB), st.booleans(), st.sampled_from([16, 17, 18]))
def test_the_planned_settings_are_told_with_reasons_and_never_refused(
    limit: int, cpus: float, disk: int, solid: bool, version: int
) -> None:
    chosen = settings(Container(limit=limit, cpus=cpus, disk_bytes=disk, solid_state=solid), version, {})
    assert findings(limit, chosen, "p") == []
    assert all(each.reason and re.fullmatch(r"[a-z_]+", each.name) for each in chosen)
    # A comment ends the line of a configuration file, so no value and no reason may break it.
    assert not [each for each in chosen if "\n" in each.value + each.reason or "#" in each.value]
    assert len({each.name for each in chosen}) == len(chosen)


def test_a_container_of_a_gibibyte() -> None:
    values = _values()
    assert values["shared_buffers"] == "256MB"
    assert values["max_connections"] == "64"
    assert values["max_wal_size"] == "4096MB"
    assert values["random_page_cost"] == "1.1"
    assert values["max_parallel_workers"] == "2"
    assert int(values["effective_cache_size"].removesuffix("MB")) * MIB < GIB


def test_a_rotating_disk_and_a_small_volume() -> None:
    values = _values(Container(limit=GIB, cpus=2, disk_bytes=GIB, solid_state=False))
    assert (values["random_page_cost"], values["effective_io_concurrency"]) == ("4", "2")
    assert values["max_wal_size"] == "256MB"


@pytest.mark.parametrize(("version", "there"), [(16, False), (17, False), (18, True)])
def test_a_setting_that_a_version_does_not_know_is_left_out(version: int, there: bool) -> None:
    assert ("io_method" in _values(version=version)) == there


def test_an_override_stands_once_and_says_that_it_is_one() -> None:
    chosen = [each for each in settings(CONTAINER, 18, {"work_mem": "1MB"}) if each.name == "work_mem"]
    assert [(each.value, each.reason) for each in chosen] == [("1MB", "declared")]


@pytest.mark.parametrize(
    ("overrides", "path", "said"),
    [
        ({"work_mem": "1GB"}, "p.settings", "1 GiB"),
        ({"max_connections": "5000"}, "p.settings", "5000 connections"),
        ({"shared_buffers": "2GB"}, "p.settings", "buffers 2GB"),
        ({"work_mem": "much"}, "p.settings.work_mem", "64MB"),
        ({"shared_buffers": "25%"}, "p.settings.shared_buffers", "64MB"),
        ({"max_connections": "many"}, "p.settings.max_connections", "whole number"),
    ],
)
def test_an_override_that_breaks_the_invariant_is_refused(overrides: dict[str, str], path: str, said: str) -> None:
    (finding,) = findings(GIB, settings(CONTAINER, 18, overrides), "p")
    assert finding.path == path
    assert said in f"{finding.value} {finding.rule}"
    assert finding.hint


@pytest.mark.parametrize(
    "overrides",
    [{"work_mem": "256kB"}, {"work_mem": "256"}, {"shared_buffers": "16384"}, {"shared_buffers": "'128MB'"}],
    ids=str,
)
def test_an_override_in_any_unit_that_fits_is_taken(overrides: dict[str, str]) -> None:
    assert findings(GIB, settings(CONTAINER, 18, overrides), "p") == []


def test_a_container_too_small_for_the_least_sessions_is_refused() -> None:
    limit = 128 * MIB
    chosen = settings(Container(limit=limit, cpus=1, disk_bytes=GIB, solid_state=True), 18, {})
    assert [finding.path for finding in findings(limit, chosen, "p")] == ["p.settings"]


def test_an_override_that_leaves_the_page_cache_nothing_is_refused() -> None:
    def told(connections: int) -> list[Finding]:
        return findings(GIB, settings(CONTAINER, 18, {"max_connections": str(connections), "work_mem": "64kB"}), "p")

    def worst(connections: int) -> int:
        plain = size(GIB, 2)
        return Terms(**{**vars(plain), "connections": connections, "work_mem": 64 * KIB}).worst_bytes()

    most = max(count for count in range(20, 500) if worst(count) + page_cache_floor(GIB) <= GIB)
    assert worst(most + 1) < GIB
    assert told(most) == []
    (finding,) = told(most + 1)
    assert "page cache" in finding.rule
