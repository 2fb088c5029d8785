# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is wrong with a budget, said with numbers and with what would make it fit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget_check import findings, least_memory
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, Sheet
from ansible_collections.holdfast.host.plugins.module_utils.tiers import Component
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import COMPOSE, wish

LIMITED = COMPOSE.replace("    command: [run, worker]", "    deploy: {resources: {limits: {memory: 1g, cpus: '3'}}}")


def _found(
    memory: int, cpus: float = 2, disk: int | None = 80, compose: str = COMPOSE, **changes: Any
) -> list[Finding]:
    size = Capacity(memory_bytes=memory, cpus=cpus, disk_bytes=disk * GIB if disk else None)
    return findings(budget(wish(compose, **changes), size))


def test_what_exceeds_the_host_is_told_with_who_asks_for_how_much_and_what_would_fit() -> None:
    (finding, release) = _found(4 * GIB, services={"web": {"memory": "3GiB", "replicas": 2}})
    assert (finding.path, release.path) == ("budget.memory", "budget.release")
    assert "web 6 GiB" in finding.value
    assert "host's 4 GiB" in finding.rule
    assert "holdfast_stack.services.web.memory" in finding.hint
    assert re.search(r"(\d+) GiB would do", finding.hint)


@given(st.integers(1, 16), st.integers(1, 6))
def test_the_size_that_would_do_does(gib: int, replicas: int) -> None:
    services = {"web": {"memory": f"{gib}GiB", "replicas": replicas}}
    refused = [each for each in _found(2 * GIB, services=services) if each.path == "budget.memory"]
    if refused:
        size = re.search(r"(\d+) GiB would do", refused[0].hint)
        assert size is not None
        assert not [each for each in _found(int(size[1]) * GIB, services=services) if each.path == "budget.memory"]


def test_the_least_host_with_a_declared_system() -> None:
    asked = wish(system={"memory": "2GiB"}, backup={"memory": "1GiB"})
    made = budget(asked, Capacity(memory_bytes=8 * GIB, cpus=2))
    assert least_memory(made.rows) == sum(row.bytes for row in made.rows if row.group != "free")


@pytest.mark.parametrize(
    ("services", "path"),
    [
        ({}, "compose.services.worker.deploy.resources.limits.cpus"),
        ({"worker": {"cpus": 4}}, "holdfast_stack.services.worker.cpus"),
    ],
)
def test_a_cpu_limit_above_the_host_is_told_where_it_stands(services: dict[str, Any], path: str) -> None:
    found = _found(8 * GIB, compose=LIMITED, services=services)
    assert [(finding.path, finding.level) for finding in found] == [(path, "error"), ("budget.cpus", "warning")]
    assert "worker" in found[1].value


def test_cpus_that_are_all_reserved_are_refused() -> None:
    found = _found(8 * GIB, system={"cpus": 2})
    assert [(finding.path, finding.level) for finding in found] == [("budget.cpus", "error")]


def test_a_limit_that_no_engine_starts_is_refused() -> None:
    found = _found(8 * GIB, services={"web": {"memory": 512}})
    assert [(finding.path, finding.value) for finding in found] == [("holdfast_stack.services.web.memory", 512)]


@pytest.mark.parametrize(("memory", "told"), [("200MiB", ["200 MiB"]), ("256MiB", [])])
def test_less_than_a_sheet_promises_is_told(memory: str, told: list[str]) -> None:
    sheet = Sheet(tier="large", components={"web": Component(memory_bytes=GIB, request_bytes=256 * MIB)})
    asked = wish(services={"web": {"memory": memory}})
    found = findings(budget(asked, Capacity(memory_bytes=8 * GIB, cpus=2), sheet))
    assert [f"web {size}" for size in told] == [finding.value for finding in found]
    assert all("promises it 256 MiB" in finding.rule and finding.level == "warning" for finding in found)


@pytest.mark.parametrize(("declared", "level"), [("90GiB", "error"), ("70GiB", "warning")])
def test_a_disk_that_is_too_small_refuses_what_was_declared_and_tells_of_allowances(declared: str, level: str) -> None:
    (finding,) = _found(8 * GIB, disk=75, stores={"postgres": {"disk": declared}})
    assert (finding.path, finding.level) == ("budget.disk", level)
    assert f"db {declared.replace('GiB', ' GiB')}" in finding.value
    assert "holdfast_stack.stores.postgres.disk" in finding.hint


def test_an_unknown_disk_is_not_judged() -> None:
    assert _found(8 * GIB, disk=None) == []
