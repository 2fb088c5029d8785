# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One block device: blank, ours, somebody's, in use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.host_device import UNKNOWN, read_device
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Device
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB
from tests.unit.plugins.module_utils.fake_host import FakeHost

NOTHING = Result(status=2)
SIZE = 4 * MIB


@pytest.fixture
def fake(tmp_path: Path) -> FakeHost:
    """Return a machine with a second disk of 4 MiB, all zeros."""
    fake = FakeHost(tmp_path)
    block = fake.disk("sdb", "8:16", rotational="0")
    fake.write(f"{block}/size", f"{SIZE // 512}\n")
    fake.write(f"{block}/dev", "8:16\n")
    fake.write("/dev/sdb", "")
    (tmp_path / "dev/sdb").write_bytes(bytes(SIZE))
    fake.link("/dev/disk/by-id/volume", "/dev/sdb")
    return fake


def look(fake: FakeHost, said: Result, path: str = "/dev/disk/by-id/volume") -> Device | None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str], _given: str) -> Result:
        asked.append(command)
        return said

    fake.write("/proc/self/mountinfo", "\n".join(fake.mounts) + "\n")
    found = read_device(Tree(str(fake.root)), path, run)
    assert asked in ([], [["blkid", "-p", "-o", "export", "/dev/sdb"]])
    return found


def test_a_blank_disk_by_its_lasting_name(fake: FakeHost) -> None:
    assert look(fake, NOTHING) == Device(
        path="/dev/disk/by-id/volume", size_bytes=SIZE, content="", label="", rotational=False
    )


@pytest.mark.parametrize("place", [0, MIB - 1, SIZE - MIB, SIZE - 1])
def test_what_blkid_does_not_know_is_not_blank(fake: FakeHost, place: int) -> None:
    with (fake.root / "dev/sdb").open("r+b") as stream:
        stream.seek(place)
        stream.write(b"x")
    found = look(fake, NOTHING)
    assert found is not None
    assert found.content == UNKNOWN


@pytest.mark.parametrize(
    ("said", "content", "label"),
    [
        (Result(status=0, out="DEVNAME=/dev/sdb\nLABEL=holdfast-data\nTYPE=ext4\n"), "ext4", "holdfast-data"),
        (Result(status=0, out="DEVNAME=/dev/sdb\nPTUUID=1\nPTTYPE=gpt\n"), "gpt", ""),
        (Result(status=8), "several kinds of data at once", ""),
        (Result(status=127, err="blkid is not installed"), None, ""),
        (Result(status=124), None, ""),
    ],
)
def test_what_is_in_it(fake: FakeHost, said: Result, content: str | None, label: str) -> None:
    found = look(fake, said)
    assert found is not None
    assert (found.content, found.label) == (content, label)


def test_a_disk_that_cannot_be_read_is_not_blank(fake: FakeHost) -> None:
    (fake.root / "dev/sdb").unlink()
    (fake.root / "dev/sdb").mkdir()
    found = look(fake, NOTHING)
    assert found is not None
    assert found.content is None


@pytest.mark.parametrize("path", ["/dev/sdz", "/etc/os-release", "/dev/disk/by-id/other"])
def test_what_is_no_block_device_is_none(fake: FakeHost, path: str) -> None:
    assert look(fake, NOTHING, path) is None


def test_who_uses_it(fake: FakeHost) -> None:
    block = "/sys/devices/pci0000:00/ata1/block/sdb"
    fake.write(f"{block}/sdb1/partition", "1\n")
    mapped = fake.disk("dm-0", "252:0", rotational="0", slaves=[block], bus="virtual")
    fake.write(f"{mapped}/dm/name", "holdfast-data\n")
    fake.write(f"{mapped}/dev", "252:0\n")
    fake.link(f"{block}/holders/dm-0", mapped)
    fake.mount("21 20 252:0 / /var/lib/docker rw - ext4 /dev/mapper/holdfast-data rw")
    found = look(fake, Result(status=0, out="LABEL=holdfast-data\nTYPE=crypto_LUKS\n"))
    assert found is not None
    assert (found.above, found.mounted) == (("sdb1", "holdfast-data"), ("/var/lib/docker",))
