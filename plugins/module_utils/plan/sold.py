# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Machine sizes that are sold: the smallest that holds a need, and the next one up."""

from __future__ import annotations

import math
from dataclasses import replace

from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity
from ansible_collections.holdfast.host.plugins.module_utils.tiers import DISK_TOLERANCE, MEMORY_TOLERANCE, Need, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

# Sizes that machines are sold in, whoever sells them. The largest is the largest that the planner's properties are
# tested with. Their disks are what is usual; most sellers let a larger one be chosen.
SOLD = tuple(
    Need(cpus=cpus, memory_bytes=memory * GIB, disk_bytes=disk * GIB)
    for cpus, memory, disk in (
        (1, 1, 20),
        (1, 2, 40),
        (2, 4, 40),
        (2, 8, 80),
        (4, 8, 80),
        (4, 16, 160),
        (8, 16, 160),
        (8, 32, 240),
        (16, 32, 320),
        (16, 64, 480),
        (32, 128, 960),
        (64, 256, 1920),
        (128, 512, 3840),
    )
)
LARGEST = SOLD[-1]


def as_sold(need: Need) -> Need:
    """Return the size to ask a seller for: firmware, kernel and decimal units keep the tolerances of a tier."""
    return Need(
        cpus=need.cpus,
        memory_bytes=_whole(need.memory_bytes, MEMORY_TOLERANCE),
        disk_bytes=_whole(need.disk_bytes, DISK_TOLERANCE),
    )


def _whole(size: int, tolerance: float) -> int:
    return math.ceil(size / (1 - tolerance) / GIB) * GIB


def holds(machine: Need | Tier, need: Need) -> bool:
    """Return whether a machine has the CPUs and the RAM; its disk is a matter of choice."""
    return machine.cpus >= need.cpus and machine.memory_bytes >= need.memory_bytes


def smallest_sold(need: Need) -> Need | None:
    """Return the smallest size that is sold and holds ``need``, with the disk that it needs; None where none does."""
    found = next((machine for machine in SOLD if holds(machine, need)), None)
    return replace(found, disk_bytes=max(found.disk_bytes, need.disk_bytes)) if found else None


def next_sold(capacity: Capacity, need: Need) -> Need | None:
    """Return the next size up from a host that holds ``need``: more RAM even as it is measured, and nothing less.

    None where there is none.
    """
    disk = max(capacity.disk_bytes or 0, need.disk_bytes)
    for machine in SOLD:
        if machine.memory_bytes * (1 - MEMORY_TOLERANCE) > capacity.memory_bytes and holds(machine, need):
            cpus = max(machine.cpus, capacity.cpus)
            return replace(machine, cpus=cpus, disk_bytes=max(machine.disk_bytes, disk))
    return None
