# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Limits of made-up cgroup trees: the tightest of all that hold for this process, and of no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_cgroup import Limits, read_cgroup, read_limits
from ansible_collections.holdfast.host.plugins.module_utils.host_parse import MountLine, parse_mountinfo
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Cgroup
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.unit.plugins.module_utils.fake_host import CGROUP2_MOUNT, V1_UNLIMITED, FakeHost

BASE = "/sys/fs/cgroup"
FREE = Limits(memory_bytes=None, quota=None, cpus=None)


def v1(controllers: str, root: str = "/") -> str:
    """Return the line of mountinfo for a version 1 tree."""
    return f"31 20 0:31 {root} {BASE}/{controllers} rw - cgroup cgroup rw,{controllers}"


V1 = [v1("memory"), v1("cpu,cpuacct"), v1("cpuset")]


def machine(root: Path, lines: list[str], own: str, files: dict[str, str]) -> tuple[Tree, list[MountLine]]:
    """Return a machine with cgroup mounts; own: /proc/self/cgroup; files: text by path below BASE."""
    fake = FakeHost(root)
    fake.write("/proc/self/cgroup", own)
    for path, text in files.items():
        fake.write(f"{BASE}/{path}", f"{text}\n")
    return Tree(str(root)), parse_mountinfo("\n".join(lines))


def limits(root: Path, lines: list[str], own: str, files: dict[str, str]) -> Limits:
    """Return the limits on such a machine."""
    return read_limits(*machine(root, lines, own, files))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, FREE),
        ({"memory.max": "max", "a/memory.max": "max", "a/cpu.max": "max 100000"}, FREE),
        ({"a/b/memory.max": str(GIB)}, Limits(memory_bytes=GIB, quota=None, cpus=None)),
        ({"a/memory.max": str(GIB), "a/b/memory.max": str(2 * GIB)}, Limits(memory_bytes=GIB, quota=None, cpus=None)),
        ({"a/memory.max": str(2 * GIB), "a/b/memory.max": str(GIB)}, Limits(memory_bytes=GIB, quota=None, cpus=None)),
        ({"a/memory.max": "0"}, Limits(memory_bytes=0, quota=None, cpus=None)),
        ({"a/cpu.max": "50000 100000", "a/b/cpu.max": "max 100000"}, Limits(memory_bytes=None, quota=0.5, cpus=None)),
        ({"cpu.max": "300000 100000", "a/b/cpu.max": "100000 50000"}, Limits(memory_bytes=None, quota=2.0, cpus=None)),
        ({"a/cpuset.cpus.effective": "0-2"}, Limits(memory_bytes=None, quota=None, cpus=frozenset({0, 1, 2}))),
        (
            {"a/cpuset.cpus.effective": "0-2", "a/b/cpuset.cpus.effective": "2-3"},
            Limits(memory_bytes=None, quota=None, cpus=frozenset({2})),
        ),
        # An empty set, as a cgroup shows it that has none of its own.
        (
            {"cpuset.cpus.effective": "", "a/cpuset.cpus.effective": "1"},
            Limits(memory_bytes=None, quota=None, cpus=frozenset({1})),
        ),
        ({"a/b/c/memory.max": "1", "x/memory.max": "1", "a/x/cpu.max": "1 1"}, FREE),
        ({"a/b/memory.limit_in_bytes": V1_UNLIMITED}, FREE),
    ],
)
def test_version_2(tmp_path: Path, files: dict[str, str], expected: Limits) -> None:
    assert limits(tmp_path, [CGROUP2_MOUNT], "0::/a/b\n", files) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, FREE),
        ({"memory/memory.limit_in_bytes": V1_UNLIMITED, "cpu,cpuacct/cpu.cfs_quota_us": "-1"}, FREE),
        (
            {"memory/a/memory.limit_in_bytes": str(GIB), "memory/a/b/memory.limit_in_bytes": V1_UNLIMITED},
            Limits(memory_bytes=GIB, quota=None, cpus=None),
        ),
        (
            {"cpu,cpuacct/a/cpu.cfs_quota_us": "150000", "cpu,cpuacct/a/cpu.cfs_period_us": "100000"},
            Limits(memory_bytes=None, quota=1.5, cpus=None),
        ),
        ({"cpu,cpuacct/a/cpu.cfs_quota_us": "-1", "cpu,cpuacct/a/cpu.cfs_period_us": "100000"}, FREE),
        ({"cpu,cpuacct/a/cpu.cfs_quota_us": "150000"}, FREE),
        (
            {"cpuset/cpuset.effective_cpus": "0-3", "cpuset/c/cpuset.effective_cpus": "3,5"},
            Limits(memory_bytes=None, quota=None, cpus=frozenset({3})),
        ),
        # The process is in /c of cpuset and in /a/b of the others.
        ({"cpuset/a/cpuset.effective_cpus": "0", "memory/c/memory.limit_in_bytes": "1"}, FREE),
        ({"cpuset/memory.limit_in_bytes": "1", "memory/cpuset.effective_cpus": "0"}, FREE),
    ],
)
def test_version_1(tmp_path: Path, files: dict[str, str], expected: Limits) -> None:
    assert limits(tmp_path, V1, "9:memory:/a/b\n3:cpu,cpuacct:/a/b\n2:cpuset:/c\n0::/\n", files) == expected


@pytest.mark.parametrize(
    ("own", "root", "limit"),
    [
        ("/", "/", 2 * GIB),
        ("/docker/1", "/", GIB),
        ("/docker/1", "/docker/1", 2 * GIB),
        ("/docker/1", "/docker/2", 2 * GIB),
        ("/docker/1", "/docker", 2 * GIB),
        ("/docker/12", "/docker/1", 2 * GIB),
        ("/../docker/1", "/", 2 * GIB),
    ],
)
def test_a_container_sees_its_own_limit_at_the_top_of_the_mount(
    tmp_path: Path, own: str, root: str, limit: int
) -> None:
    files = {"memory/memory.limit_in_bytes": str(2 * GIB), "memory/docker/1/memory.limit_in_bytes": str(GIB)}
    files["memory.limit_in_bytes"] = "1"  # beside the tree, where a path of /.. must not lead
    assert limits(tmp_path, [v1("memory", root)], f"9:memory:{own}\n", files).memory_bytes == limit


def test_nested_trees_of_both_versions_hold_together(tmp_path: Path) -> None:
    unified = CGROUP2_MOUNT.replace(f" {BASE} ", f" {BASE}/unified ")
    files = {
        "unified/s/memory.max": str(GIB),
        "memory/a/memory.limit_in_bytes": str(2 * GIB),
        "unified/s/cpu.max": "max 100000",
        "cpu,cpuacct/a/cpu.cfs_quota_us": "100000",
        "cpu,cpuacct/a/cpu.cfs_period_us": "100000",
    }
    found = limits(tmp_path, [*V1, unified], "9:memory:/a\n3:cpu,cpuacct:/a\n0::/s\n", files)
    assert found == Limits(memory_bytes=GIB, quota=1.0, cpus=None)


@pytest.mark.parametrize(("lines", "own"), [([], "0::/a\n"), ([CGROUP2_MOUNT], ""), (V1, "0::/a\n")])
def test_without_a_mount_or_a_membership_nothing_holds(tmp_path: Path, lines: list[str], own: str) -> None:
    files = {"memory.max": "1", "a/memory.max": "1", "memory/memory.limit_in_bytes": "1"}
    assert limits(tmp_path, lines, own, files) == FREE


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], Cgroup()),
        (["20 1 8:1 / / rw - ext4 /dev/sda1 rw"], Cgroup()),
        ([CGROUP2_MOUNT], Cgroup(version=2, controllers=("cpu", "memory", "pids"))),
        ([CGROUP2_MOUNT.replace(BASE, "/elsewhere")], Cgroup(version=2)),
        (V1, Cgroup(version=1, controllers=("cpu", "cpuacct", "cpuset", "memory"))),
        ([CGROUP2_MOUNT, v1("pids")], Cgroup(version=1, controllers=("pids",))),
        ([CGROUP2_MOUNT, v1("name=systemd")], Cgroup(version=2, controllers=("cpu", "memory", "pids"))),
    ],
    ids=["none", "other", "v2", "v2 elsewhere", "v1", "hybrid", "hybrid without controllers"],
)
def test_the_version_in_charge(tmp_path: Path, lines: list[str], expected: Cgroup) -> None:
    assert read_cgroup(*machine(tmp_path, lines, "", {"cgroup.controllers": "memory cpu pids"})) == expected
