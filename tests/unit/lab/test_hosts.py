# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import ipaddress

import pytest

from tests.lab.hosts import (
    CAPABILITIES,
    GIB_IN_KIB,
    HOSTS,
    REGISTRY_ADDRESS,
    SUBNET,
    SUBNET6,
    Host,
    find,
    run_arguments,
)

HOST = Host(name="some", address="172.30.213.9", image="host")


def arguments(host: Host, *, ipv6: bool = True) -> list[str]:
    key = "ssh-ed25519 own\n"
    return run_arguments(host, image="holdfast-lab/host:1", public_key=key, dns=["192.0.2.53"], ipv6=ipv6)


def test_every_address_is_its_own_and_in_the_lab_network() -> None:
    addresses = [host.address for host in HOSTS.values()]
    assert len({*addresses, REGISTRY_ADDRESS}) == len(addresses) + 1
    for host in HOSTS.values():
        assert ipaddress.ip_address(host.address) in ipaddress.ip_network(SUBNET)
        assert ipaddress.ip_address(host.address6) in ipaddress.ip_network(SUBNET6)


def test_the_second_address_ends_like_the_first() -> None:
    assert HOST.address6 == "fd00:213::9"


def test_a_known_host_is_found() -> None:
    assert find("tiny").memory_kib == GIB_IN_KIB


@pytest.mark.parametrize(("name", "hint"), [("demo-pydotog", "did you mean demo-pydotorg?"), ("xyzzy", "known: demo-")])
def test_an_unknown_host_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match="there is no lab host") as error:
        find(name)
    assert hint in str(error.value)


@pytest.mark.parametrize("capability", ["SYS_RESOURCE", "SYS_MODULE", "SYS_TIME", "SYS_RAWIO", "BPF", "PERFMON"])
def test_what_reaches_past_the_host_is_withheld(capability: str) -> None:
    assert capability not in CAPABILITIES


def test_the_image_is_the_last_word() -> None:
    assert arguments(HOST)[-1] == "holdfast-lab/host:1"


@pytest.mark.parametrize(
    "word",
    [
        "--ip=172.30.213.9",
        "--ip6=fd00:213::9",
        "--cgroupns=private",
        "--cap-add=NET_ADMIN",
        "--env=LAB_DNS=192.0.2.53",
        "--volume=holdfast-lab-some-docker:/var/lib/docker",
        "--env=LAB_KEY=ssh-ed25519 own",
        "--add-host=registry.example.org:172.30.213.2",
        "org.holdfast.lab=1",
    ],
)
def test_the_engine_is_told(word: str) -> None:
    assert word in arguments(HOST)


def test_no_ipv6_address_without_an_ipv6_network() -> None:
    assert not [word for word in arguments(HOST, ipv6=False) if word.startswith("--ip6")]


def test_limits_are_told_only_where_a_row_has_some() -> None:
    limited = arguments(Host(name="some", address="172.30.213.9", memory_kib=GIB_IN_KIB, cpuset="0"))
    assert [word for word in limited if word not in arguments(HOST)] == [
        "--env=LAB_MEMORY_KIB=1048576",
        "--cpuset-cpus=0",
    ]


def test_nothing_is_privileged() -> None:
    assert not [word for word in arguments(HOST) if "privileged" in word]
