# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The reader, on made-up machines and on this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host import Host, read_host, run_program
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Cgroup
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.unit.plugins.module_utils.fake_host import CGROUP2_MOUNT, V1_UNLIMITED, FakeHost


@pytest.fixture
def fake(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


def v1_mounts(controllers: str, root: str = "/") -> str:
    return f"31 20 0:31 {root} /sys/fs/cgroup/{controllers} rw - cgroup cgroup rw,{controllers}"


def test_a_machine_without_limits(fake: FakeHost) -> None:
    host = fake.read()
    assert (host.os.id, host.os.version, host.os.codename, host.os.like) == ("debian", "13", "trixie", ())
    assert (host.cpus, host.cpu_sources.online, host.cpu_sources.affinity, host.cpu_sources.quota) == (4.0, 4, 4, None)
    assert (host.memory_bytes, host.memory_sources.cgroup, host.swap_bytes) == (8 * GIB, None, 1024**2)
    assert (host.kernel, host.init, host.cpu_mhz) == ("6.12.0", "other", 2494.1)
    assert host.cgroup == Cgroup()
    assert host.software == {"docker": None, "compose": None, "openssh": None}
    assert not host.listening
    assert not host.links
    assert host.open_files is None


def test_the_most_files_are_those_of_process_1(fake: FakeHost) -> None:
    fake.write("/proc/1/limits", "Max open files            1024                 20000                files     \n")
    assert fake.read().open_files == 20_000


def test_version_2_limits_of_an_ancestor_hold(fake: FakeHost) -> None:
    fake.mount(CGROUP2_MOUNT)
    fake.write("/proc/self/cgroup", "0::/user.slice/user-0.slice/session-1.scope\n")
    base = "/sys/fs/cgroup"
    fake.write(f"{base}/cgroup.controllers", "memory cpu pids\n")
    fake.write(f"{base}/user.slice/memory.max", f"{3 * GIB}\n")
    fake.write(f"{base}/user.slice/cpu.max", "150000 100000\n")
    fake.write(f"{base}/user.slice/user-0.slice/memory.max", f"{4 * GIB}\n")
    fake.write(f"{base}/user.slice/user-0.slice/session-1.scope/memory.max", "max\n")
    fake.write(f"{base}/user.slice/user-0.slice/session-1.scope/cpu.max", "max 100000\n")
    fake.write(f"{base}/system.slice/memory.max", f"{GIB}\n")
    host = fake.read()
    assert (host.memory_bytes, host.memory_sources.cgroup) == (3 * GIB, 3 * GIB)
    assert (host.cpus, host.cpu_sources.affinity, host.cpu_sources.quota) == (1.5, 4, 1.5)
    assert host.cgroup == Cgroup(version=2, controllers=("cpu", "memory", "pids"))


def test_version_1_limits_of_an_ancestor_hold(fake: FakeHost) -> None:
    fake.mount(v1_mounts("memory"))
    fake.mount(v1_mounts("cpu,cpuacct"))
    fake.write("/proc/self/cgroup", "4:memory:/a/b\n1:cpu,cpuacct:/a/b\n0::/\n")
    for path, memory, quota in (("", V1_UNLIMITED, -1), ("/a", 2 * GIB, 200000), ("/a/b", V1_UNLIMITED, 300000)):
        fake.write(f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes", f"{memory}\n")
        fake.write(f"/sys/fs/cgroup/cpu,cpuacct{path}/cpu.cfs_quota_us", f"{quota}\n")
        fake.write(f"/sys/fs/cgroup/cpu,cpuacct{path}/cpu.cfs_period_us", "100000\n")
    host = fake.read()
    assert (host.memory_bytes, host.cpus) == (2 * GIB, 2.0)
    assert host.cgroup == Cgroup(version=1, controllers=("cpu", "cpuacct", "memory"))


def test_a_limit_above_the_machine_changes_nothing(fake: FakeHost) -> None:
    fake.mount(CGROUP2_MOUNT)
    fake.write("/sys/fs/cgroup/memory.max", f"{64 * GIB}\n")
    fake.write("/sys/fs/cgroup/cpu.max", "800000 100000\n")
    host = fake.read()
    assert (host.memory_bytes, host.memory_sources.cgroup) == (8 * GIB, 64 * GIB)
    assert (host.cpus, host.cpu_sources.quota) == (4.0, 8.0)


@pytest.mark.parametrize("path", ["/lxc.payload.web/init.scope", "/../../outside", "/"])
def test_a_container_sees_its_limit_at_the_top_of_its_tree(fake: FakeHost, path: str) -> None:
    fake.mount(CGROUP2_MOUNT)
    fake.write("/proc/self/cgroup", f"0::{path}\n")
    fake.write("/sys/fs/cgroup/memory.max", f"{GIB}\n")
    fake.write("/sys/outside/memory.max", "4096\n")
    assert fake.read().memory_bytes == GIB


def test_a_version_1_container_whose_path_is_the_root_of_its_mount(fake: FakeHost) -> None:
    fake.mount(v1_mounts("memory", root="/docker/abc"))
    fake.write("/proc/self/cgroup", "4:memory:/docker/abc/inner\n")
    fake.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", f"{2 * GIB}\n")
    fake.write("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", f"{GIB}\n")
    assert fake.read().memory_bytes == GIB


@pytest.mark.parametrize(
    ("allowed", "cpuset", "usable"),
    [("0-3", "", 4), ("0,2", "", 2), ("0-127", "1-2", 2), ("0-1", "1-3", 1), ("0-127", "3-9\n", 1)],
)
def test_affinity_and_cpuset(fake: FakeHost, allowed: str, cpuset: str, usable: int) -> None:
    fake.mount(CGROUP2_MOUNT)
    fake.write("/proc/self/status", f"Cpus_allowed_list:\t{allowed}\n")
    fake.write("/sys/fs/cgroup/cpuset.cpus.effective", cpuset)
    host = fake.read()
    assert (host.cpu_sources.online, host.cpu_sources.affinity, host.cpus) == (4, usable, float(usable))


def test_version_1_cpusets_of_all_ancestors_hold(fake: FakeHost) -> None:
    fake.mount(v1_mounts("cpuset"))
    fake.write("/proc/self/cgroup", "3:cpuset:/a\n")
    fake.write("/sys/fs/cgroup/cpuset/cpuset.effective_cpus", "0-2\n")
    fake.write("/sys/fs/cgroup/cpuset/a/cpuset.effective_cpus", "2-3\n")
    assert fake.read().cpus == 1.0


def test_cpufreq_knows_better_than_cpuinfo(fake: FakeHost) -> None:
    fake.write("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3100000\n")
    fake.write("/sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq", "3400000\n")
    assert fake.read().cpu_mhz == 3400.0


def test_arm64_names_no_clock(fake: FakeHost) -> None:
    fake.write("/proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 50.00\n")
    assert fake.read().cpu_mhz is None


def test_systemd_in_charge(fake: FakeHost) -> None:
    fake.write("/run/systemd/system/any", "")
    assert fake.read().init == "systemd"


@pytest.mark.parametrize("path", ["/proc/meminfo", "/proc/cpuinfo"])
def test_a_machine_that_shows_nothing_is_an_error(fake: FakeHost, path: str) -> None:
    fake.write(path, "")
    fake.write("/sys/devices/system/cpu/online", "")
    with pytest.raises(ValueError, match=path):
        fake.read()


@pytest.mark.parametrize(
    ("answers", "known"),
    [
        ({}, {}),
        ({"docker version --format {{.Server.Version}}": "26.1.5+dfsg1\n"}, {"docker": "26.1.5"}),
        ({"docker --version": "Docker version 28.2.2, build e6534b4\n"}, {"docker": "28.2.2"}),
        ({"docker compose version --short": "2.26.1-ds1\n"}, {"compose": "2.26.1"}),
        ({"docker-compose version --short": "1.29.2\n"}, {"compose": "1.29.2"}),
        ({"dpkg-query --show --showformat=${Version} openssh-server": "1:9.6p1-3ubuntu13"}, {"openssh": "9.6"}),
        ({"dpkg-query --show --showformat=${Version} openssh-server": ""}, {}),
    ],
)
def test_software(fake: FakeHost, answers: dict[str, str], known: dict[str, str]) -> None:
    fake.answers = answers
    assert fake.read().software == {"docker": None, "compose": None, "openssh": None} | known


def test_a_host_survives_being_written_as_json(fake: FakeHost) -> None:
    fake.mount(CGROUP2_MOUNT)
    fake.write("/sys/class/net/eth0/type", "1\n")
    host = fake.read()
    assert Host.from_dict(json.loads(json.dumps(host.as_dict()))) == host
    assert isinstance(host.as_dict()["mounts"], list)


@pytest.mark.parametrize(
    ("command", "answer"),
    [(["/bin/echo", "yes"], "yes\n"), (["/bin/false"], None), (["/no/such/program"], None)],
)
def test_running_programs(command: list[str], answer: str | None) -> None:
    assert run_program(command) == answer


def test_a_program_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.holdfast.host.plugins.module_utils.host._TIMEOUT_SECONDS", 0.05)
    assert run_program([sys.executable, "-c", "import threading; threading.Event().wait(30)"]) is None


def test_this_machine_against_coreutils() -> None:
    host = read_host(run=lambda _: None)
    assert host.cpu_sources.affinity == int(subprocess.run(["nproc"], check=True, capture_output=True).stdout)
    assert host.memory_sources.meminfo == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    df = subprocess.run(["df", "-B1", "--output=size", "/"], check=True, capture_output=True).stdout.split()[-1]
    root = host.mount_of("/")
    assert root is not None
    assert root.total_bytes == int(df)


def test_without_an_engine_nothing_runs_only_where_no_run_has_been(tmp_path: Path) -> None:
    fake = FakeHost(tmp_path)
    assert fake.read().running == ()
    fake.write("/etc/holdfast/app/compose.yaml", "name: shop-blue\n")
    assert fake.read().running is None
