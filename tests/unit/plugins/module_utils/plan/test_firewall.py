# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is let in from outside: from a declaration to the matches of nftables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import firewall
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Open
from tests.planning import listener, measured

EDGE = [{"port": port, "protocol": "tcp", "address": "0.0.0.0", "owner": "edge"} for port in (80, 443)]  # noqa: S104


def part(access: Access, uplinks: tuple[str, ...] = ("eth0",), **networks: Mapping[str, Any]) -> dict[str, Any]:
    return firewall.part(access, measured(uplinks=uplinks), EDGE, networks)


def test_by_default_ssh_and_the_edge_are_let_in() -> None:
    planned = part(Access())
    assert planned["trusted"] == []
    assert [rule["match"] for rule in planned["logins"]] == ["tcp dport 22"]
    assert [rule["match"] for rule in planned["accepted"]] == ["tcp dport 80", "tcp dport 443"]
    assert firewall.expected(planned) == ["tcp dport 22", "tcp dport 80", "tcp dport 443"]
    assert firewall.expected(None) is None


@pytest.mark.parametrize(
    ("sources", "matches"),
    [
        (["203.0.113.0/24"], ["ip saddr 203.0.113.0/24 tcp dport 22"]),
        (["203.0.113.7", "198.51.100.1"], ["ip saddr { 198.51.100.1, 203.0.113.7 } tcp dport 22"]),
        (["2001:db8::/32"], ["ip6 saddr 2001:db8::/32 tcp dport 22"]),
        (
            ["203.0.113.7", "2001:db8::1"],
            ["ip saddr 203.0.113.7 tcp dport 22", "ip6 saddr 2001:db8::1 tcp dport 22"],
        ),
    ],
)
def test_ssh_from_where_it_is_declared_and_from_nowhere_else(sources: list[str], matches: list[str]) -> None:
    planned = part(Access(ssh_from=tuple(sources)))
    assert [rule["match"] for rule in planned["trusted"]] == matches
    assert firewall.expected(planned) == [*matches, "tcp dport 80", "tcp dport 443"]
    # Whoever sends packets in their name empties no limit of theirs, for there is none; and nobody else gets in.
    assert planned["logins"] == []


@pytest.mark.parametrize(
    ("sources", "free", "limited"),
    [
        (["0.0.0.0/0"], [], ["ip saddr 0.0.0.0/0"]),
        (["0.0.0.0/1", "128.0.0.0/1"], [], ["ip saddr 0.0.0.0/0"]),
        (["203.0.113.7", "::/0"], ["ip saddr 203.0.113.7"], ["ip6 saddr ::/0"]),
        (["0.0.0.0/0", "203.0.113.7", "::/0"], ["ip saddr 203.0.113.7"], ["ip saddr 0.0.0.0/0", "ip6 saddr ::/0"]),
    ],
)
def test_the_whole_world_stays_within_the_limit(sources: list[str], free: list[str], limited: list[str]) -> None:
    planned = part(Access(ssh_from=tuple(sources)))
    assert [rule["match"] for rule in planned["trusted"]] == [f"{match} tcp dport 22" for match in free]
    assert [rule["match"] for rule in planned["logins"]] == [f"{match} tcp dport 22" for match in limited]


def test_every_port_of_ssh() -> None:
    assert part(Access(ssh_ports=(2222, 22, 22)))["logins"][0]["match"] == "tcp dport { 22, 2222 }"


def test_a_port_of_the_hosts_own_and_who_may_reach_it() -> None:
    opened = (
        Open(port=51820, protocol="udp", why="WireGuard"),
        Open(port=9100, sources=("203.0.113.7", "2001:db8::/64"), why="metrics"),
    )
    shown = part(Access(open=opened))["accepted"][len(EDGE) :]
    assert shown == [
        {"match": "udp dport 51820", "reason": "WireGuard"},
        {"match": "ip saddr 203.0.113.7 tcp dport 9100", "reason": "metrics"},
        {"match": "ip6 saddr 2001:db8::/64 tcp dport 9100", "reason": "metrics"},
    ]


def test_a_port_on_one_address_is_open_there_alone() -> None:
    ports = [{"port": 2525, "protocol": "tcp", "address": "203.0.113.5", "owner": "mail"}]
    assert [rule.match for rule in firewall.published(ports)] == ["ip daddr 203.0.113.5 tcp dport 2525"]


def test_an_uplink_with_a_bridges_name_is_outside() -> None:
    assert part(Access(), ("br-lan", "eth0"))["uplinks"] == ["br-lan"]


def test_a_bridge_with_a_name_of_its_own_is_inside() -> None:
    options = {"driver_opts": {"com.docker.network.bridge.name": "shop0"}}
    others = {"driver_opts": {"com.docker.network.bridge.name": "br-shop"}}
    assert part(Access(), own=options, other=others, plain={})["inside"] == [*firewall.INSIDE, "shop0"]


def test_a_port_on_the_loopback_is_the_hosts_own() -> None:
    ports = [{"port": 5432, "protocol": "tcp", "address": "127.0.0.1", "owner": "db"}]
    assert list(firewall.published(ports)) == []
    assert 5432 not in firewall.exposed(Access(), ports)["declared"]


def test_what_a_stranger_may_find() -> None:
    ports: list[dict[str, Any]] = [
        *EDGE,
        {"port": 2525, "protocol": "tcp", "address": "203.0.113.5", "owner": "mail"},
        {"port": 53, "protocol": "udp", "address": "0.0.0.0", "owner": "dns"},  # noqa: S104
    ]
    opened = (Open(port=9100, why="metrics"), Open(port=51820, protocol="udp", why="WireGuard"))
    shown = firewall.exposed(Access(open=opened), ports)
    assert shown == {"declared": [22, 80, 443, 2525, 9100], "answering": [80, 443]}


def test_a_bridge_that_docker_does_not_know_is_outside_and_told() -> None:
    on = measured(strangers=("br-lan", "br-own"))
    networks = {"n": {"driver_opts": {firewall.BRIDGE_NAME: "br-own"}}}
    assert firewall.part(Access(), on, EDGE, networks)["uplinks"] == ["br-lan"]
    (found,) = firewall.told(on, networks)
    assert (found.path, found.level) == ("host.links.br-lan", "warning")
    assert "access.open" in found.hint


def told(*listening: dict[str, Any], access: Access | None = None) -> list[tuple[str, str]]:
    host = measured(listening=list(listening))
    return [(each.path, each.level) for each in firewall.findings(access or Access(), host, EDGE)]


def test_ssh_on_an_undeclared_port_refuses_the_run() -> None:
    assert told(listener(2222, "sshd")) == [("host.ports.2222/tcp", "error")]
    assert told(listener(2222, "sshd"), access=Access(ssh_ports=(2222,))) == []


def test_a_refusal_of_ssh_names_both_ways_out() -> None:
    (found,) = firewall.findings(Access(), measured(listening=[listener(2222, "sshd")]), EDGE)
    assert "access.ssh_ports: [22, 2222]" in found.hint
    assert "listen on 22 alone" in found.hint


def test_what_will_be_closed_is_told_once() -> None:
    rows = [listener(9100, "exporter"), listener(9100, "exporter", "::"), listener(9101, None)]
    assert told(*rows) == [("host.ports.9100/tcp", "warning"), ("host.ports.9101/tcp", "warning")]


@pytest.mark.parametrize(
    "row",
    [
        listener(22, "sshd"),
        listener(443, "dockerd"),
        listener(5432, "postgres", "127.0.0.1"),
        listener(631, "cupsd", "::1"),
        listener(68, "dhclient", protocol="udp"),
    ],
)
def test_what_stays_as_it_is_is_not_told(row: dict[str, Any]) -> None:
    assert told(row) == []


def test_the_gate_of_services_with_a_list_is_inside() -> None:
    gate = listener(47801, "python3", "10.213.7.1")
    other = listener(48000, "python3", "10.213.7.1")
    told = firewall.findings(Access(), measured(listening=[gate, other]), EDGE)
    assert [finding.path for finding in told] == ["host.ports.48000/tcp"]
    assert {"hfe*", "hfi*", "hfo*"} <= set(part(Access())["inside"])
