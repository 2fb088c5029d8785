# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a table of parts adds up to, and which part is whose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.tier.model import (
    Component,
    Need,
    Tier,
    component_of,
    machine,
    total,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

PARTS = {"web": Component(memory_bytes=GIB), "postgres": Component(memory_bytes=2 * GIB)}
TIER = Tier(name="t", title="t", source="t", cpus=1, memory_bytes=4 * GIB, disk_bytes=GIB, components=PARTS)
SIZES = st.builds(
    Component,
    memory_bytes=st.integers(0, 256 * GIB),
    cpus=st.none() | st.floats(0.01, 64),
    count=st.integers(1, 50),
    disk_bytes=st.integers(0, 1024 * GIB),
)


@pytest.mark.parametrize(
    ("service", "kind", "part"),
    [
        ("web", None, "web"),
        ("db", "postgres", "postgres"),
        ("postgres", None, "postgres"),
        # The service's own name is nearer than the kind of store that it is.
        ("web", "postgres", "web"),
        ("db", None, None),
        ("db", "redis", None),
    ],
)
def test_whose_part_it_is(service: str, kind: str | None, part: str | None) -> None:
    assert component_of(TIER, service, kind) == (PARTS[part] if part else None)


def test_no_tier_has_no_parts() -> None:
    assert component_of(None, "web", "postgres") is None


def test_containers_multiply_and_what_is_not_stated_is_nothing() -> None:
    parts = {
        "a": Component(memory_bytes=512 * MIB, cpus=0.1, count=3, disk_bytes=GIB, request_bytes=MIB, request_cpus=0.05),
        "b": Component(memory_bytes=0),
    }
    assert total(parts) == Need(cpus=0.3, memory_bytes=1536 * MIB, disk_bytes=3 * GIB)
    assert total(parts, requests=True) == Need(cpus=0.15, memory_bytes=3 * MIB, disk_bytes=3 * GIB)


# MiB and CPUs of all parts, then the machine in GiB and CPUs.
@pytest.mark.parametrize(
    ("memory", "cpus", "machine_memory", "machine_cpus"),
    [
        (0, 0, 1, 1),
        (512, 0.5, 1, 1),
        (513, 0.875, 2, 1),
        # Below 3.5 GiB 512 MiB are more than an eighth.
        (3584, 1.75, 4, 2),
        (3585, 1.76, 5, 3),
        (28 * 1024, 7, 32, 8),
        (28 * 1024 + 1, 7.001, 33, 9),
    ],
)
def test_the_machine_keeps_an_eighth_for_the_system(
    memory: int, cpus: float, machine_memory: int, machine_cpus: int
) -> None:
    found = machine({"a": Component(memory_bytes=memory * MIB, cpus=cpus)})
    assert found == Need(cpus=machine_cpus, memory_bytes=machine_memory * GIB, disk_bytes=20 * GIB)


@given(st.lists(SIZES, max_size=6))
def test_the_parts_fit_and_the_system_has_its_room(sizes: list[Component]) -> None:
    parts = {str(index): each for index, each in enumerate(sizes)}
    asked, found = total(parts), machine(parts)
    assert found.memory_bytes - asked.memory_bytes >= max(512 * MIB, asked.memory_bytes // 7)
    assert found.memory_bytes - asked.memory_bytes <= max(512 * MIB, asked.memory_bytes // 7) + GIB + 1
    assert found.cpus * 7 / 8 >= asked.cpus - 1e-5
    assert found.disk_bytes == asked.disk_bytes + 20 * GIB


@given(st.lists(SIZES, min_size=1, max_size=6))
def test_more_parts_never_make_the_machine_smaller(sizes: list[Component]) -> None:
    parts = {str(index): each for index, each in enumerate(sizes)}
    fewer, more = machine(dict(list(parts.items())[1:])), machine(parts)
    assert fewer.cpus <= more.cpus
    assert fewer.memory_bytes <= more.memory_bytes
