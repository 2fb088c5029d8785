# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host that is typed in and not measured: its size is given, and the rest is assumed or unknown."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import (
    Cgroup,
    CpuSources,
    Host,
    MemorySources,
    Mount,
    OsRelease,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import CPUS, SIZE
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key

PATH = "preflight_size"
EXAMPLE = "{cpus: 4, memory: 8GiB, disk: 80GiB}"
# What a plan for a machine that is not there takes for granted; the host below says the same.
ASSUMED = (
    "Debian 13 on x86-64 with systemd and cgroup v2; nothing is installed, and no port is taken",
    "one empty disk holds everything; memory and disk are what a host measures, a little less than what is sold",
    "clock speed, kind of storage, RAID and link speed are unknown",
)
WITHOUT_DISK = "the disk is unknown: nothing is said of it"


@dataclass(frozen=True, kw_only=True)
class TypedSize:
    """The machine that somebody thinks of."""

    cpus: float = key(CPUS, "its CPUs", example="4")
    memory: int = key(SIZE, "its memory", example="8GiB")
    disk: int | None = key(SIZE, "its disk", default=None, example="80GiB")


def parse_size(raw: object) -> tuple[TypedSize | None, list[Finding]]:
    """Return a typed-in size, or None and every finding. raw: a mapping, or JSON text of one."""
    given = raw
    if isinstance(raw, str):
        try:
            given = json.loads(raw)
        except ValueError:
            given = raw
    size, found = Section(shape=TypedSize).read(given, PATH)
    if size is None and not isinstance(given, dict):
        return None, [Finding(path=PATH, value=each.value, rule=each.rule, hint=f"{PATH}: {EXAMPLE}") for each in found]
    return size, found


def refused(raw: object) -> Finding:
    """Return the finding that a size was typed in where a real host is to be changed."""
    rule = "is a machine that is not there: only playbooks/plan.yml plans for one"
    return Finding(path=PATH, value=raw, rule=rule, hint=f"leave {PATH} out, or run playbooks/plan.yml")


def assumed(size: TypedSize) -> list[str]:
    """Return what a plan for this size takes for granted, in words."""
    return [*ASSUMED, *([] if size.disk else [WITHOUT_DISK])]


def host(size: TypedSize) -> Host:
    """Return the host of a typed-in size."""
    disk = [] if size.disk is None else [size.disk]
    count = max(1, int(size.cpus))
    return Host(
        os=OsRelease(id="debian", version="13", codename="trixie"),
        arch="x86_64",
        kernel="unknown",
        python="unknown",
        init="systemd",
        cpus=size.cpus,
        cpu_sources=CpuSources(online=count, affinity=count, quota=size.cpus if size.cpus != count else None),
        cpu_mhz=None,
        memory_bytes=size.memory,
        memory_sources=MemorySources(meminfo=size.memory),
        swap_bytes=0,
        cgroup=Cgroup(version=2, controllers=("cpu", "cpuset", "io", "memory", "pids")),
        mounts=tuple(
            Mount(path="/", total_bytes=each, free_bytes=each, device="unknown", fstype="ext4") for each in disk
        ),
        links=(),
        listening=(),
        software={"docker": None, "compose": None},
    )
