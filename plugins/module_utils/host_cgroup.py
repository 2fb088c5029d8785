# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Memory and CPU limits of the cgroups above this process, version 1, version 2 and both at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from ansible_collections.holdfast.host.plugins.module_utils.host_parse import (
    MountLine,
    parse_cpu_list,
    parse_memberships,
    parse_memory_limit,
    parse_quota,
)
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Cgroup

# Controllers of version 1, as they stand in the mount options.
_CONTROLLERS = frozenset({"blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "hugetlb", "memory", "pids"})
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The tightest limits over all ancestors: memory in bytes, quota in CPUs, cpus as numbers; None where unlimited."""

    memory_bytes: int | None
    quota: float | None
    cpus: frozenset[int] | None


def read_limits(tree: Tree, mounts: Sequence[MountLine]) -> Limits:
    """Return the limits that hold for this process. An ancestor may be tighter than the cgroup itself."""
    members = parse_memberships(tree.text("/proc/self/cgroup") or "")
    at = {name: list(_directories(name, members, mounts)) for name in ("memory", "cpu", "cpuset")}
    memory = [
        *_values(tree, at["memory"], "memory.max", parse_memory_limit),
        *_values(tree, at["memory"], "memory.limit_in_bytes", parse_memory_limit),
    ]
    quotas = [*_values(tree, at["cpu"], "cpu.max", parse_quota), *_quotas_v1(tree, at["cpu"])]
    sets = [
        *_values(tree, at["cpuset"], "cpuset.cpus.effective", parse_cpu_list),
        *_values(tree, at["cpuset"], "cpuset.effective_cpus", parse_cpu_list),
    ]
    # An empty set says that the cgroup has none of its own.
    usable = [numbers for numbers in sets if numbers]
    return Limits(
        memory_bytes=min(memory, default=None),
        quota=min(quotas, default=None),
        cpus=frozenset.intersection(*usable) if usable else None,
    )


def read_cgroup(tree: Tree, mounts: Sequence[MountLine]) -> Cgroup:
    """Return the version in charge and its controllers. Where both are mounted, version 1 has them."""
    old = {name for mount in mounts if mount.fstype == "cgroup" for name in mount.options & _CONTROLLERS}
    if old:
        return Cgroup(version=1, controllers=tuple(sorted(old)))
    for mount in mounts:
        if mount.fstype == "cgroup2":
            names = (tree.text(f"{mount.path}/cgroup.controllers") or "").split()
            return Cgroup(version=2, controllers=tuple(sorted(names)))
    return Cgroup()


def _directories(
    controller: str, members: Sequence[tuple[frozenset[str], str]], mounts: Sequence[MountLine]
) -> Iterator[str]:
    """Yield the directories of this process' cgroup and its ancestors, as far up as the mounts show."""
    for mount in mounts:
        if mount.fstype == "cgroup2":
            paths = [path for controllers, path in members if not controllers]
        elif mount.fstype == "cgroup" and controller in mount.options:
            paths = [path for controllers, path in members if controller in controllers]
        else:
            continue
        for path in paths:
            inside = _inside(path, mount.root)
            yield from (str(PurePosixPath(mount.path) / part) for part in (inside, *inside.parents))


def _inside(path: str, root: str) -> PurePosixPath:
    # A container sees only its own part of the tree, mounted at the top; a path outside of it (/../x) has no directory.
    whole = PurePosixPath(path)
    if ".." in whole.parts or not whole.is_relative_to(root):
        return PurePosixPath()
    return whole.relative_to(root)


def _values(tree: Tree, directories: Sequence[str], name: str, parse: Callable[[str], _T | None]) -> list[_T]:
    texts = (tree.text(f"{directory}/{name}") for directory in directories)
    parsed = (parse(text) for text in texts if text is not None and text.strip())
    return [value for value in parsed if value is not None]


def _quotas_v1(tree: Tree, directories: Sequence[str]) -> Iterator[float]:
    for directory in directories:
        quota = tree.text(f"{directory}/cpu.cfs_quota_us")
        period = tree.text(f"{directory}/cpu.cfs_period_us")
        if quota and period:
            cpus = parse_quota(f"{quota} {period}")
            if cpus is not None:
                yield cpus
