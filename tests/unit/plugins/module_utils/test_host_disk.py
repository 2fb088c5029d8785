# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Filesystems and the disks below them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.unit.plugins.module_utils.fake_host import FakeHost


@pytest.fixture
def fake(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


def only(fake: FakeHost, path: str) -> tuple[str, bool | None, str | None]:
    mount = next(mount for mount in fake.read().mounts if mount.path == path)
    return mount.device, mount.rotational, mount.raid_level


def test_a_partition_stands_for_its_disk(fake: FakeHost) -> None:
    assert only(fake, "/") == ("/dev/sda1", False, None)
    mount = fake.read().mounts[0]
    assert (mount.total_bytes, mount.free_bytes, mount.fstype) == (100 * GIB, 80 * GIB, "ext4")


def test_dev_root_gets_its_real_name(fake: FakeHost) -> None:
    fake.mounts = ["20 1 8:1 / / rw - ext4 /dev/root rw"]
    assert only(fake, "/") == ("/dev/sda1", False, None)


@pytest.mark.parametrize(
    ("first", "second", "spins"), [("0", "0", False), ("0", "1", True), ("1", "1", True), ("0", "", None)]
)
def test_lvm_on_a_mirror_on_partitions(fake: FakeHost, first: str, second: str, spins: bool | None) -> None:
    disks = [
        fake.disk("nvme0n1", "259:0", rotational=first, partitions={"nvme0n1p1": "259:1"}),
        fake.disk("sdb", "8:16", rotational=second, partitions={"sdb1": "8:17"}),
    ]
    members = [f"{disks[0]}/nvme0n1p1", f"{disks[1]}/sdb1"]
    md = fake.disk("md0", "9:0", rotational="0", slaves=members, bus="virtual")
    fake.write(f"{md}/md/level", "raid1\n")
    fake.disk("dm-0", "252:0", rotational="0", slaves=[md], bus="virtual")
    fake.mount("21 20 252:0 / /srv rw - xfs /dev/mapper/vg-srv rw")
    assert only(fake, "/srv") == ("/dev/mapper/vg-srv", spins, "raid1")


def test_btrfs_is_found_by_its_source(fake: FakeHost) -> None:
    fake.disk("dm-1", "252:1", rotational="1", slaves=["/sys/devices/pci0000:00/ata1/block/sda"], bus="virtual")
    fake.write("/dev/dm-1", "")
    fake.link("/dev/mapper/data", "/dev/dm-1")
    fake.mount("21 20 0:40 / /data rw - btrfs /dev/mapper/data rw")
    assert only(fake, "/data") == ("/dev/mapper/data", False, None)


@pytest.mark.parametrize(
    ("device", "vendor", "flag", "spins"),
    [
        ("pci0000:00/virtio1/vda", "", "1", None),
        ("pci0000:00/virtio1/vda", "", "0", False),
        ("vbd-1/xvda", "", "1", None),
        ("pci0000:00/host2/sdc", "QEMU", "1", None),
        ("pci0000:00/host2/sdc", "ATA", "1", True),
    ],
)
def test_a_virtual_disk_that_says_it_spins_says_nothing(
    fake: FakeHost, device: str, vendor: str, flag: str, spins: bool | None
) -> None:
    bus, _, name = device.rpartition("/")
    path = fake.disk(name, "254:0", rotational=flag, bus=bus)
    fake.write(f"{path}/device/vendor", f"{vendor}\n")
    fake.mount(f"21 20 254:0 / /srv rw - ext4 /dev/{name} rw")
    assert only(fake, "/srv") == (f"/dev/{name}", spins, None)


def test_only_filesystems_that_hold_data_and_each_once(fake: FakeHost) -> None:
    fake.disk("sdb", "8:16", rotational="1")
    fake.mount("21 20 8:1 /var/lib/docker /var/lib/docker rw - ext4 /dev/sda1 rw")
    fake.mount("22 20 8:16 / /srv rw - ext4 /dev/sdb rw")
    fake.mount("23 22 8:1 /bound /srv/bound rw - ext4 /dev/sda1 rw")
    fake.mount("24 20 0:50 / /run rw - tmpfs tmpfs rw")
    fake.mount("25 20 0:51 / /mnt/nfs rw - nfs4 server.example.org:/ rw")
    fake.mount("26 20 0:52 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw")
    fake.mount("27 20 8:16 /with\\040space /stale rw - ext4 /dev/sdb rw")
    del fake.sizes["/stale"]
    assert [mount.path for mount in fake.read().mounts] == ["/", "/srv", "/srv/bound"]


def test_the_root_of_a_container(fake: FakeHost) -> None:
    fake.mounts = ["20 1 0:43 / / rw - overlay overlay rw"]
    fake.mount("21 20 8:1 /volumes/v /var/lib/docker rw - ext4 /dev/sda1 rw")
    fake.write("/etc/hosts", "")
    fake.sizes["/etc/hosts"] = (GIB, GIB)
    fake.mounts.append("22 20 8:1 /hosts /etc/hosts rw - ext4 /dev/sda1 rw")
    assert [(mount.path, mount.rotational) for mount in fake.read().mounts] == [("/", None), ("/var/lib/docker", False)]


def test_a_later_mount_hides_an_earlier_one(fake: FakeHost) -> None:
    fake.disk("sdb", "8:16", rotational="1")
    fake.mount("21 20 8:1 /old /srv rw - ext4 /dev/sda1 rw")
    fake.mount("22 20 8:16 / /srv rw - ext4 /dev/sdb rw")
    assert only(fake, "/srv") == ("/dev/sdb", True, None)


@pytest.mark.parametrize(
    ("path", "mount"),
    [("/var/lib", "/"), ("/srv", "/srv"), ("/srv/data/new", "/srv"), ("/srv2", "/"), ("/", "/")],
)
def test_the_mount_that_holds_a_path(fake: FakeHost, path: str, mount: str) -> None:
    fake.disk("sdb", "8:16", rotational="1")
    fake.mount("22 20 8:16 / /srv rw - ext4 /dev/sdb rw")
    found = fake.read().mount_of(path)
    assert found is not None
    assert found.path == mount
