# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a tier is: a machine's least sizes, the parts that its sheet sizes, and what the sheet asks for besides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

# What the system keeps of a machine where a sheet sizes the parts alone: an eighth, as the one sheet has it that says
# (Enterprise Schedule Management System, Resource Allocation: 4 of 32 GB and 1 of 8 CPUs).
SYSTEM_SHARE = 1 / 8
# On a small machine an eighth is less than the kernel, the engine and the edge need.
SYSTEM_LEAST_BYTES = 512 * MIB
# System, images and logs, where a sheet says nothing of a disk (SkillMeat, Enterprise Compose: 20 GB).
SYSTEM_DISK_BYTES = 20 * GIB


@dataclass(frozen=True, kw_only=True)
class Component:
    """What a sheet gives one container of a part.

    memory_bytes: the limit in bytes, 0 where the sheet states none. cpus: the limit, None where it states none.
    count: containers. disk_bytes: bytes, 0 where it states none. request_bytes, request_cpus: what is promised, 0
    where the sheet states a limit alone.
    """

    memory_bytes: int
    cpus: float | None = None
    count: int = 1
    disk_bytes: int = 0
    request_bytes: int = 0
    request_cpus: float = 0


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing that a sheet asks for besides size.

    kind: how it is judged, a key of JUDGES in needs.py. what: for people. level: of the finding where it is unmet.
    names: what kind needs, such as words of a variable's name or a store. count: of replicas. when: a variable and the
    value that it must have for this to be asked for at all.
    """

    kind: str
    what: str
    level: str = WARNING
    names: tuple[str, ...] = ()
    count: int = 1
    when: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """Why a row is no tier of one host. nearest: the name of the row of one host that comes nearest."""

    reason: str
    nearest: str


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The least that a machine must have.

    name: as declarations say it. title, source: for people. cpus: count; memory_bytes, disk_bytes: bytes, as sold.
    clock_mhz, raid_level, network_mbps: None where the sheet asks for nothing. ssd: no spinning disk.
    software: ">=x.y" by name. needs: what else the sheet asks for. components: what the sheet gives each part, by
    Compose service or by kind of store (postgres, redis, search, vectors, objects, monitoring). beyond: set where no
    single host can be this; its sizes are then the sum of what its sheet states, 0 where it states nothing.
    """

    name: str
    title: str
    source: str
    cpus: float
    memory_bytes: int
    disk_bytes: int
    clock_mhz: int | None = None
    ssd: bool = False
    raid_level: str | None = None
    network_mbps: int | None = None
    software: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Ask, ...] = ()
    components: Mapping[str, Component] = field(default_factory=dict)
    beyond: Beyond | None = None

    @property
    def system(self) -> str:
        """Return the system whose sheets it is taken from: the first part of its source."""
        return self.source.partition(",")[0]


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a stack adds up to: cpus in CPUs, memory_bytes and disk_bytes in bytes. Zero asks for nothing."""

    cpus: float = 0
    memory_bytes: int = 0
    disk_bytes: int = 0


def component_of(tier: Tier | None, service: str, kind: str | None = None) -> Component | None:
    """Return what a tier gives a Compose service, None where it says nothing of it.

    kind: the kind of store that the service is. The service's own name counts first, then the kind.
    """
    if tier is None:
        return None
    by_name = tier.components.get(service)
    return by_name if by_name is not None or kind is None else tier.components.get(kind)


def total(components: Mapping[str, Component], *, requests: bool = False) -> Need:
    """Return what all containers of a table add up to: their limits, or with requests what they are promised.

    A part without a stated number counts as zero.
    """
    parts = components.values()
    memory = sum((part.request_bytes if requests else part.memory_bytes) * part.count for part in parts)
    cpus = sum((part.request_cpus if requests else part.cpus or 0) * part.count for part in parts)
    # Tenths of CPUs do not add up exactly in binary; a millionth of a CPU is nobody's.
    return Need(
        cpus=round(cpus, 6), memory_bytes=memory, disk_bytes=sum(part.disk_bytes * part.count for part in parts)
    )


def machine(components: Mapping[str, Component], *, requests: bool = False) -> Need:
    """Return the least machine for the parts of a sheet that states no total: their sum and the system's reserve.

    memory: the sum is seven eighths of it, or the sum and 512 MiB if that is more, rounded up to a GiB. cpus: the sum
    is seven eighths of it, rounded up to a whole one. disk: the sum and 20 GiB.
    """
    parts = total(components, requests=requests)
    memory = max(parts.memory_bytes / (1 - SYSTEM_SHARE), parts.memory_bytes + SYSTEM_LEAST_BYTES)
    return Need(
        cpus=float(max(1, math.ceil(parts.cpus / (1 - SYSTEM_SHARE)))),
        memory_bytes=math.ceil(memory / GIB) * GIB,
        disk_bytes=parts.disk_bytes + SYSTEM_DISK_BYTES,
    )
