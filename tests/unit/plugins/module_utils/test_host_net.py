# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Links and waiting sockets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_net import BRIDGE_OPTION, read_strangers
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Link, Listener
from tests.unit.plugins.module_utils.fake_host import FakeHost

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
IDENTITY = "ab" * 32
OTHER = "cd" * 32


@pytest.fixture
def fake(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


def row(address: str, state: str, inode: int) -> str:
    return f"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1\n"


def process(fake: FakeHost, pid: int, name: str, inode: int, cgroup: str = "0::/system.slice/x.service") -> None:
    fake.write(f"/proc/{pid}/comm", f"{name}\n")
    fake.write(f"/proc/{pid}/cgroup", f"{cgroup}\n")
    descriptor = fake.root / f"proc/{pid}/fd/3"
    descriptor.parent.mkdir()
    descriptor.symlink_to(f"socket:[{inode}]")


@pytest.mark.parametrize(
    ("files", "mbps"),
    [
        ({"speed": "1000\n", "device/vendor": "0x8086"}, 1000),
        ({"speed": "-1\n", "device/vendor": "0x1af4"}, None),
        ({"speed": "4294967295x\n", "device/vendor": "0x1af4"}, None),
        ({"device/vendor": "0x8086"}, None),
        ({"speed": "10000\n"}, None),
        ({"speed": "2000\n", "bonding/mode": "802.3ad 4"}, 2000),
    ],
)
def test_link_speed(fake: FakeHost, files: dict[str, str], mbps: int | None) -> None:
    for name, text in {"type": "1\n", **files}.items():
        fake.write(f"/sys/class/net/eth0/{name}", text)
    assert fake.read().links == (Link(name="eth0", mbps=mbps),)


def test_loopback_and_bridge_ports_are_no_links(fake: FakeHost) -> None:
    fake.write("/sys/class/net/bonding_masters", "")
    for name in ("lo", "docker0", "veth1"):
        fake.write(f"/sys/class/net/{name}/type", "1\n")
    fake.write("/sys/class/net/veth1/brport/state", "3\n")
    assert [link.name for link in fake.read().links] == ["docker0"]


def test_sockets_that_wait_and_who_holds_them(fake: FakeHost) -> None:
    tcp = row("0500000A:0016", "0A", 11) + row("0100007F:1538", "0A", 12) + row("0100007F:0016", "01", 13)
    fake.write("/proc/net/tcp", HEADER + tcp)
    fake.write("/proc/net/tcp6", HEADER + row("00000000000000000000000001000000:0050", "0A", 14))
    fake.write("/proc/net/udp", HEADER + row("0500000A:0044", "07", 15))
    process(fake, 90, "sshd", 11)
    process(fake, 800, "sshd", 11)
    process(fake, 70, "nginx", 14, f"0::/system.slice/docker-{IDENTITY}.scope")
    assert fake.read().listening == (
        Listener(protocol="tcp", address="10.0.0.5", port=22, process="sshd", pid=90),
        Listener(protocol="tcp", address="::1", port=80, process="nginx", pid=70, container=IDENTITY[:12]),
        Listener(protocol="tcp", address="127.0.0.1", port=5432),
        Listener(protocol="udp", address="10.0.0.5", port=68),
    )


@pytest.mark.parametrize(
    ("listen", "holder"),
    [
        ("Listen=0.0.0.0:2222 (Stream)\nListen=[::]:2222 (Stream)\n\n", "sshd"),
        ("Listen=[::]:22 (Stream)\n", "systemd"),
        ("Listen=2222 (Datagram)\nListen=/run/2222 (Stream)\n", "systemd"),
        ("", "systemd"),
    ],
)
def test_a_socket_that_systemd_holds_for_ssh_is_ssh(fake: FakeHost, listen: str, holder: str) -> None:
    fake.write("/proc/net/tcp", HEADER + row("00000000:08AE", "0A", 21))
    process(fake, 1, "systemd", 21)
    fake.answers["systemctl show ssh.socket sshd.socket --property=Listen"] = listen
    assert [(each.port, each.process) for each in fake.read().listening] == [(2222, holder)]


def test_published_ports_name_their_container(fake: FakeHost) -> None:
    fake.write("/proc/net/tcp", HEADER + row("00000000:01BB", "0A", 21) + row("00000000:1F41", "0A", 22))
    fake.write("/proc/net/udp", HEADER + row("00000000:0035", "07", 23))
    process(fake, 50, "docker-proxy", 21)
    process(fake, 51, "dockerd", 22)
    process(fake, 52, "dnsmasq", 23, f"0::/docker/{IDENTITY}")
    ports = "0.0.0.0:443->443/tcp, [::]:443->443/tcp, 0.0.0.0:8000-8002->8000-8002/tcp, 6379/tcp"
    fake.answers = {
        "docker version --format {{.Server.Version}}": "26.1.5\n",
        "docker ps --no-trunc --format {{.ID}}\t{{.Names}}\t{{.Ports}}": f"{OTHER}\tedge\t{ports}\n{IDENTITY}\tdns\t\n",
    }
    held = [(each.port, each.process, each.container) for each in fake.read().listening]
    assert held == [(443, "docker-proxy", "edge"), (8001, "dockerd", "edge"), (53, "dnsmasq", "dns")]


def test_uplinks_are_where_default_routes_lead(fake: FakeHost) -> None:
    header = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    fake.write("/proc/net/route", header + "eth0\t00000000\t01D51EAC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n")
    assert fake.read().uplinks == ("eth0",)


@pytest.mark.parametrize(
    ("accepts", "advertised"),
    [
        ({"eth0": "1", "docker0": "1", "br-0123456789ab": "1", "veth1": "1", "lo": "1"}, ("eth0",)),
        # As networkd has it; what ifupdown has, and who inherits another default.
        ({"eth0": "0", "docker0": "1"}, ()),
        ({"eth0": "2"}, ("eth0",)),
        # Others that lead outward, with a route or without one. A tunnel comes and goes.
        ({"eth0": "0", "eth0.20": "1", "br-lan": "1", "wg0": "1"}, ("br-lan", "eth0.20")),
        # A kernel without IPv6.
        ({}, ()),
    ],
)
def test_where_the_kernel_itself_reads_advertisements(
    fake: FakeHost, accepts: dict[str, str], advertised: tuple[str, ...]
) -> None:
    for name in ("br-0123456789ab", "br-lan", "docker0", "eth0", "eth0.20", "lo", "veth1", "wg0"):
        fake.write(f"/sys/class/net/{name}/type", "65534\n" if name == "wg0" else "1\n")
    fake.write("/sys/class/net/veth1/brport/state", "3\n")
    for name, value in accepts.items():
        fake.write(f"/proc/sys/net/ipv6/conf/{name}/accept_ra", f"{value}\n")
    assert fake.read().advertised == advertised


ID = "0123456789ab" + "c" * 52
ASKS = "docker network ls --quiet --no-trunc --filter=driver=bridge"
NAMES = f'docker network inspect --format={{{{index .Options "{BRIDGE_OPTION}"}}}} {ID}'


@pytest.mark.parametrize(
    ("answers", "strangers"),
    [
        ({ASKS: f"{ID}\n", NAMES: "br-own\n"}, ("br-fedcba987654", "br-lan")),
        ({ASKS: f"{ID}\n", NAMES: "\n"}, ("br-fedcba987654", "br-lan", "br-own")),
        # An engine without a network knows none, one that is silent may know all that have its form.
        ({ASKS: ""}, ("br-0123456789ab", "br-fedcba987654", "br-lan", "br-own")),
        ({}, ("br-lan", "br-own")),
    ],
)
def test_bridges_that_docker_does_not_know(fake: FakeHost, answers: dict[str, str], strangers: tuple[str, ...]) -> None:
    for name in ("br-0123456789ab", "br-fedcba987654", "br-lan", "br-own", "eth0", "docker0", "virbr0"):
        fake.write(f"/sys/class/net/{name}/type", "1\n")
    fake.answers.update(answers)
    assert fake.read().strangers == strangers


def test_without_such_a_bridge_the_engine_is_not_asked(fake: FakeHost) -> None:
    def never(command: Sequence[str]) -> str | None:
        raise AssertionError(f"asked for {command}")

    assert read_strangers(Tree(str(fake.root)), never) == ()
