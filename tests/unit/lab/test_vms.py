# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import pytest

from tests.lab import vms
from tests.lab.hosts import HOSTS, SUBNET, Host

STOCK = vms.VMS["kernel-stock"]


def test_no_address_is_a_containers() -> None:
    addresses = [host.address for host in (*vms.VMS.values(), *HOSTS.values())]
    assert len(set(addresses)) == len(addresses)
    assert all(ipaddress.ip_address(host.address) in ipaddress.ip_network(SUBNET) for host in vms.VMS.values())


def test_a_cable_has_a_name_that_the_kernel_takes() -> None:
    names = {vms.interface(host) for host in vms.VMS.values()}
    assert len(names) == len(vms.VMS)
    assert all(len(name) <= 15 for name in names)


def test_a_root_becomes_the_hosts_own() -> None:
    found = vms.files(STOCK, servers=["192.0.2.53", "192.0.2.54"], key="ssh-ed25519 one\n")
    assert found["etc/hostname"] == "kernel-stock\n"
    assert found["etc/resolv.conf"] == "nameserver 192.0.2.53\nnameserver 192.0.2.54\n"
    assert "Address=172.30.213.41/24\nGateway=172.30.213.1\n" in found["etc/systemd/network/10-lab.network"]
    assert found["root/.ssh/authorized_keys"] == "ssh-ed25519 one\n"


def test_disks_are_told_apart_by_their_serials(tmp_path: Path) -> None:
    words = vms.emulator(STOCK, tmp_path)
    assert "root=LABEL=system rw console=ttyS0 quiet" in words
    assert [word for word in words if word.startswith("virtio-blk-pci")] == [
        "virtio-blk-pci,drive=system,serial=system",
        "virtio-blk-pci,drive=data,serial=data",
    ]
    assert vms.DATA_DEVICE.endswith("virtio-data")
    assert words[-2:] == ["-device", "qemu-xhci"]


@pytest.mark.parametrize(("name", "expected"), [("kernel-stock", 0), ("unknown", 0)])
def test_a_number_that_another_process_has_by_now_is_no_emulator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, expected: int
) -> None:
    monkeypatch.setattr(vms, "DIRECTORY", tmp_path)
    (tmp_path / "kernel-stock").mkdir()
    (tmp_path / "kernel-stock/pid").write_text(str(os.getpid()))
    monkeypatch.setattr(vms, "interface", lambda _: "a name that this process was not started with")
    host = Host(name=name, address=STOCK.address)
    assert vms.process(host) == expected
    monkeypatch.setattr(vms, "interface", lambda _: "python")
    assert vms.process(STOCK) == os.getpid()
