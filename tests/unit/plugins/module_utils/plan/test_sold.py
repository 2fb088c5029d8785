# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The sizes that are sold: they grow, and are large enough as they will be measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import sold
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity
from ansible_collections.holdfast.host.plugins.module_utils.tiers import Need
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB


def test_what_is_sold_is_larger_than_what_is_measured() -> None:
    need = Need(cpus=2, memory_bytes=int(7.5 * GIB), disk_bytes=19 * GIB)
    assert sold.as_sold(need) == Need(cpus=2, memory_bytes=9 * GIB, disk_bytes=22 * GIB)
    assert sold.as_sold(replace(need, memory_bytes=int(7.3 * GIB))).memory_bytes == 8 * GIB


def test_sold_sizes_grow() -> None:
    for smaller, larger in zip(sold.SOLD, sold.SOLD[1:], strict=False):
        assert sold.holds(larger, smaller)
        assert larger.disk_bytes >= smaller.disk_bytes
    assert sold.smallest_sold(Need(cpus=3, memory_bytes=GIB, disk_bytes=900 * GIB)) == Need(
        cpus=4, memory_bytes=8 * GIB, disk_bytes=900 * GIB
    )
    assert sold.smallest_sold(Need(cpus=129, memory_bytes=GIB)) is None


@pytest.mark.parametrize(
    ("memory", "cpus", "expected"),
    [(7.6, 2, (4, 16)), (8, 2, (4, 16)), (8, 12, (12, 16)), (1, 1, (1, 2)), (24, 4, (8, 32)), (480, 64, None)],
)
def test_the_next_size_up_is_one_that_is_larger_as_measured(
    memory: float, cpus: float, expected: tuple[int, int] | None
) -> None:
    found = sold.next_sold(Capacity(memory_bytes=int(memory * GIB), cpus=cpus), Need())
    assert (found and (found.cpus, found.memory_bytes // GIB)) == expected


def test_the_next_size_up_holds_the_stack() -> None:
    found = sold.next_sold(Capacity(memory_bytes=GIB, cpus=1), Need(cpus=6, memory_bytes=3 * GIB, disk_bytes=GIB))
    assert found
    assert (found.cpus, found.memory_bytes) == (8, 16 * GIB)
