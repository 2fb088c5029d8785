# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A disk of its own: what is planned on it, and that nothing of anybody's is written over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Device, Host, Installed, Mount
from ansible_collections.holdfast.host.plugins.module_utils.plan import volume
from ansible_collections.holdfast.host.plugins.module_utils.spec.volume import Volume
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import measured, wish

NAME = "/dev/disk/by-id/scsi-0HC_Volume_1"
DECLARED = Volume(device=NAME)
PLAIN = Volume(device=NAME, encrypt=False)
BLANK = Device(path=NAME, size_bytes=100 * GIB, content="")
LUKS = replace(BLANK, content="crypto_LUKS", label="holdfast-data")
OPEN = replace(LUKS, above=("holdfast-data",), mounted=("/var/lib/docker",))


def host(device: Device | None = BLANK, **changes: Any) -> Host:
    bare = {"software": {"docker": None}, "container": False}
    return replace(measured(), **{**bare, **changes}, device=device)


def told(device: Device | None, declared: Volume = DECLARED, **changes: Any) -> list[tuple[str, Any]]:
    return [(each.path, each.value) for each in volume.findings(host(device, **changes), declared)]


@pytest.mark.parametrize("device", [BLANK, LUKS, replace(LUKS, above=("holdfast-data",)), OPEN])
def test_a_blank_disk_and_our_own_are_taken(device: Device) -> None:
    assert told(device) == []


def test_an_unencrypted_one() -> None:
    assert told(BLANK, PLAIN) == []
    assert told(replace(BLANK, content="ext4", label="holdfast-data"), PLAIN) == []


@pytest.mark.parametrize(
    ("device", "declared"),
    [
        (replace(BLANK, content="ext4"), DECLARED),
        (replace(BLANK, content="ext4", label="holdfast-data"), DECLARED),
        (LUKS, PLAIN),
        (replace(LUKS, label="backup"), DECLARED),
        (replace(BLANK, content="gpt", above=("sdb1",)), DECLARED),
        (replace(BLANK, content="data of a kind that is not known"), DECLARED),
        (replace(BLANK, content=None), DECLARED),
        (replace(BLANK, above=("vg-other",)), DECLARED),
        (replace(LUKS, above=("holdfast-data", "other")), DECLARED),
        (replace(BLANK, mounted=("/srv",)), DECLARED),
        (None, DECLARED),
    ],
)
def test_nothing_of_anybodys_is_written_over(device: Device | None, declared: Volume) -> None:
    assert [path for path, _ in told(device, declared)] == ["holdfast_stack.data.device"]


@pytest.mark.parametrize("name", ["/dev/sdb", "/dev/sdb1", "/dev/vda", "/dev/nvme0n1", "/dev/nvme1n1p2"])
def test_a_name_that_the_next_boot_gives_to_another_disk(name: str) -> None:
    declared = Volume(device=name)
    assert told(replace(BLANK, path=name), declared) == [("holdfast_stack.data.device", name)]


def test_a_container_cannot_encrypt() -> None:
    assert told(BLANK, container=True) == [("holdfast_stack.data.encrypt", True)]
    assert told(BLANK, PLAIN, container=True) == []


def test_what_a_mount_would_hide_is_refused() -> None:
    held = Installed(name="shop", projects=("stores",), stores=("postgres",))
    docker: dict[str, Any] = {"software": {"docker": "26.1"}}
    assert told(BLANK, installed=held, **docker) == [("holdfast_stack.data.device", "holds postgres")]
    assert told(OPEN, installed=held, **docker) == []
    (warned,) = volume.findings(host(BLANK, **docker), DECLARED)
    assert warned.level == WARNING


def test_another_disk_that_is_there_already_stays() -> None:
    mount = Mount(path="/var/lib/docker", total_bytes=GIB, free_bytes=GIB, device="/dev/vg/docker", fstype="xfs")
    seen = host(mounts=(*measured().mounts, mount))
    (told_of,) = volume.findings(seen, DECLARED)
    assert "/dev/vg/docker is mounted" in told_of.rule


def test_without_one_nothing_is_planned() -> None:
    plain = host(None)
    assert volume.part(plain, None) is None
    assert volume.findings(plain, None) == []
    assert volume.decisions(wish(), plain) == []
    assert volume.held(plain, None) is plain
    assert volume.expected(None) is None


def test_what_is_planned() -> None:
    planned = volume.part(host(), DECLARED)
    assert planned is not None
    assert (planned["source"], planned["blank"]) == ("/dev/mapper/holdfast-data", True)
    assert [each["name"] for each in planned["packages"]][:2] == ["cryptsetup", "e2fsprogs"]
    assert volume.expected(planned) == {"path": "/var/lib/docker", "source": "/dev/mapper/holdfast-data"}
    plain = volume.part(host(LUKS), PLAIN)
    assert plain is not None
    assert (plain["source"], plain["blank"]) == (NAME, False)
    assert [each["name"] for each in plain["packages"]] == ["e2fsprogs"]


@pytest.mark.parametrize(("version", "apart"), [("12", []), ("13", ["systemd-cryptsetup"])])
def test_what_opens_it_at_boot_is_there(version: str, apart: list[str]) -> None:
    planned = volume.part(host(os=replace(measured().os, id="debian", version=version)), DECLARED)
    assert planned is not None
    assert [each["name"] for each in planned["packages"]] == ["cryptsetup", "e2fsprogs", *apart]


def test_what_becomes_of_a_blank_disk_is_said_before() -> None:
    asked = wish(data={"device": NAME})
    (said,) = volume.decisions(asked, host())
    assert "takes the blank disk of 100 GiB, encrypts it" in said.done
    assert volume.decisions(asked, host(OPEN)) == []


def test_sizes_are_the_same_before_it_is_mounted_and_after() -> None:
    before = volume.held(host(), DECLARED).mount_of("/var/lib/docker")
    mount = Mount(
        path="/var/lib/docker", total_bytes=95 * GIB, free_bytes=90 * GIB, device="/dev/mapper/holdfast-data",
        fstype="ext4", rotational=True,
    )  # fmt: skip
    mounted = host(OPEN, mounts=(*measured().mounts, mount))
    after = volume.held(mounted, DECLARED).mount_of("/var/lib/docker")
    assert before is not None
    assert after is not None
    assert (before.total_bytes, before.rotational) == (after.total_bytes, after.rotational) == (97 * GIB, None)
    assert after.free_bytes == 90 * GIB
