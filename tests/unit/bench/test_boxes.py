# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a cgroup says is read the same for both versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import boxes
from tests.bench.boxes import Group
from tests.lab.shell import LabError

V1 = "12:cpuset:/docker/a\n5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n0::/docker/a\n"
V2 = "0::/system.slice/docker-a.scope\n"


def test_version_1_has_a_directory_for_each_controller() -> None:
    group = Group.parse(V1)
    assert (group.directory, group.version) == (Path("/sys/fs/cgroup/memory/docker/a"), 1)
    assert group.cpu == Path("/sys/fs/cgroup/cpuacct/docker/a")


def test_version_2_has_one() -> None:
    group = Group.parse(V2)
    assert (group.directory, group.version) == (Path("/sys/fs/cgroup/system.slice/docker-a.scope"), 2)
    assert group.cpu == group.directory


def test_no_memory_group_is_said() -> None:
    with pytest.raises(LabError, match="no memory cgroup"):
        Group.parse("4:cpuset:/a\n")


@pytest.mark.parametrize(
    ("version", "files"),
    [
        (1, {"memory.stat": "rss 5\ntotal_rss 70\n", "memory.oom_control": "under_oom 0\noom_kill 2\n",
             "cpuacct.usage": "1500000000\n"}),
        (2, {"memory.stat": "anon 70\nfile 9\n", "memory.events": "oom 3\noom_kill 2\n",
             "cpu.stat": "usage_usec 1500000\nuser_usec 1\n"}),
    ],
)  # fmt: skip
def test_memory_kills_and_time_are_read(tmp_path: Path, version: int, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    group = Group(directory=tmp_path, cpu=tmp_path, version=version)
    assert (group.anonymous(), group.kills(), group.cpu_seconds()) == (70, 2, 1.5)


def test_a_watch_keeps_the_peak_and_the_kills(tmp_path: Path) -> None:
    (tmp_path / "memory.stat").write_text("anon 70\n", encoding="utf-8")
    (tmp_path / "memory.events").write_text("oom_kill 1\n", encoding="utf-8")
    watch = boxes.Watch(group=Group(directory=tmp_path, cpu=tmp_path, version=2)).start()
    try:
        for _ in range(500):
            if watch.kills:
                break
            watch._end.wait(0.01)
    finally:
        watch.stop()
    assert (watch.peak, watch.kills) == (70, 1)
