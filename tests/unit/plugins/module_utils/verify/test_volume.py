# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The data lies on the declared disk, or a finding says where it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.verify import volume

# A device that every machine has, in place of a disk.
DEVICE = "/dev/null"
EXPECT = {"volume": {"path": "/var/lib/docker", "source": DEVICE}}
SYSTEM = "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"


def line(dev: str, source: str) -> str:
    return f"21 20 {dev} / /var/lib/docker rw - ext4 {source} rw\n"


def test_no_disk_is_declared() -> None:
    expect = {"volume": None}
    seen = {"volume": volume.observe(expect)}
    assert seen == {"volume": None}
    assert list(volume.differences(expect, seen)) == []


@pytest.mark.parametrize(
    ("mounts", "value"),
    [
        (line("1:3", DEVICE), None),
        (line("8:16", "/dev/sdb") + line("1:3", DEVICE), None),
        (line("1:3", DEVICE) + line("8:16", "/dev/sdb"), "/dev/sdb"),
        ("", "the system's disk"),
    ],
)
def test_where_the_data_lies(tmp_path: Path, mounts: str, value: str | None) -> None:
    (tmp_path / "mountinfo").write_text(SYSTEM + mounts, encoding="utf-8")
    seen = {"volume": volume.observe(EXPECT, tmp_path / "mountinfo")}
    assert [each.value for each in volume.differences(EXPECT, seen)] == ([] if value is None else [value])


def test_a_disk_that_is_gone_is_a_finding(tmp_path: Path) -> None:
    expect = {"volume": {"path": "/var/lib/docker", "source": "/dev/mapper/gone"}}
    (tmp_path / "mountinfo").write_text(SYSTEM + line("252:0", "/dev/mapper/gone"), encoding="utf-8")
    found = list(volume.differences(expect, {"volume": volume.observe(expect, tmp_path / "mountinfo")}))
    assert [each.path for each in found] == ["volume"]
