# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who may reach what: names, stars, ports, and addresses that are not the internet's."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import FIRST_DOOR, Limited, Networks
from ansible_collections.holdfast.host.plugins.module_utils.plan.egress import CLOSED


def service(*allow: tuple[str, int, str], private: tuple[str, ...] = ()) -> Limited:
    given = [dict(zip(("name", "port", "protocol"), each, strict=True)) for each in allow]
    return Limited.of(
        {"name": "a", "mode": "enforce", "gateway": "10.213.1.1", "allow": given, "inside": ["db"], "private": private}
    )


def test_a_name_is_allowed_on_its_port_alone() -> None:
    own = service(("api.example.org", 443, "tls"), ("*.cdn.example.org", 443, "tls"), ("mail.example.org", 25, "tcp"))
    assert own.may("api.example.org", 443)
    assert own.knows("api.example.org")
    assert not own.may("api.example.org", 80)
    assert own.may("one.cdn.example.org", 443)
    for name in ("cdn.example.org", ".cdn.example.org", "a.b.cdn.example.org", "evil-api.example.org", "example.org"):
        assert not own.may(name, 443)
    assert own.ports() == {443: "tls", 25: "tcp"}
    assert own.doors() == {25: FIRST_DOOR, 443: FIRST_DOOR + 1}
    assert own.only_name(25) == "mail.example.org"


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "255.255.255.255", "::1", "::", "fc00::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "::ffff:10.0.0.1",
     "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::1"],
)  # fmt: skip
def test_what_is_not_the_internets_is_closed(address: str) -> None:
    assert not Networks(closed=CLOSED).opens(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "203.0.113.20", "2001:db8::1", "2606:4700::1", "172.32.0.1", "::ffff:8.8.8.8"]
)
def test_the_internet_is_open(address: str) -> None:
    assert Networks(closed=CLOSED).opens(address)


def test_a_declared_network_is_open() -> None:
    networks = Networks(closed=CLOSED)
    assert networks.opens("10.20.0.7", ["10.20.0.0/16"])
    assert not networks.opens("10.21.0.7", ["10.20.0.0/16"])
