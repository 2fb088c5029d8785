# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a stranger finds, against what is declared."""

from __future__ import annotations

import json

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import exposure
from ansible_collections.holdfast.host.plugins.module_utils.verify.exposure import Seen

EXPECT = {"declared": [22, 80, 443], "answering": [80, 443]}


def told(*seen: Seen) -> list[tuple[str, str]]:
    return [(each.path, each.level) for each in exposure.compare(EXPECT, seen)]


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (Seen(address="203.0.113.7", main=True, ports=(22, 80, 443)), []),
        # SSH may be let in from elsewhere alone.
        (Seen(address="203.0.113.7", main=True, ports=(80, 443)), []),
        (Seen(address="203.0.113.7", main=True, ports=(22, 80)), [("exposure.203.0.113.7.443/tcp", "error")]),
        (
            Seen(address="203.0.113.7", main=True, ports=(22, 80, 443, 5432)),
            [("exposure.203.0.113.7.5432/tcp", "error")],
        ),
        # The edge answers over IPv4.
        (Seen(address="2001:db8::7", main=True, ports=(22,)), []),
        (Seen(address="2001:db8::7", main=True, ports=(22, 6379)), [("exposure.2001:db8::7.6379/tcp", "error")]),
        (Seen(address="10.0.0.5", main=False), [("exposure.10.0.0.5", "warning")]),
        (Seen(address="10.0.0.5", main=False, ports=(22,)), []),
        (Seen(address="10.0.0.5", main=False, problem="no way"), [("exposure.10.0.0.5", "warning")]),
        (Seen(address="203.0.113.7", main=True, problem="no way"), [("exposure.203.0.113.7", "error")]),
        (Seen(address="2001:db8::7", main=True, problem="no way"), [("exposure.2001:db8::7", "error")]),
        (Seen(address="203.0.113.7", main=True), [("exposure.203.0.113.7", "error")]),
        (Seen(address="2001:db8::7", main=True), [("exposure.2001:db8::7", "error")]),
        (
            Seen(address="203.0.113.7", main=True, problem="300 s", cut_short=True),
            [("exposure.203.0.113.7", "error")],
        ),
    ],
)
def test_differences(seen: Seen, wanted: list[tuple[str, str]]) -> None:
    assert told(seen) == wanted


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (Seen(address="2001:db8::7", main=True), "warning"),
        (Seen(address="2001:db8::7", main=True, problem="no way"), "warning"),
        (Seen(address="2001:db8::7", main=True, problem="300 s", cut_short=True), "error"),
        (Seen(address="203.0.113.8", main=True), "error"),
        (Seen(address="203.0.113.8", main=True, problem="no way"), "error"),
    ],
)
def test_beside_an_address_that_answers_one_of_ipv6_need_not(seen: Seen, level: str) -> None:
    assert told(Seen(address="203.0.113.7", main=True, ports=(22, 80, 443)), seen) == [
        (f"exposure.{seen.address}", level)
    ]


def test_an_address_of_another_network_shows_no_way_to_the_main_one() -> None:
    found = told(Seen(address="10.0.0.5", main=False, ports=(22,)), Seen(address="2001:db8::7", main=True))
    assert found == [("exposure.2001:db8::7", "error")]


def test_where_nothing_is_declared_nothing_need_answer() -> None:
    seen = [Seen(address="203.0.113.7", main=True), Seen(address="2001:db8::7", main=True, problem="no way")]
    found = exposure.compare({"declared": [], "answering": []}, seen)
    assert [(each.path, each.level) for each in found] == [("exposure.2001:db8::7", "warning")]


def test_every_address_is_tried_and_a_problem_is_kept() -> None:
    def scan(address: str) -> list[int]:
        if address == "2001:db8::7":
            raise OSError("no way")
        if address == "10.0.0.5":
            raise TimeoutError("300 s")
        return [22]

    seen = exposure.look({"203.0.113.7": True, "2001:db8::7": True, "10.0.0.5": False}, scan)
    assert seen == [
        Seen(address="203.0.113.7", main=True, ports=(22,)),
        Seen(address="2001:db8::7", main=True, problem="no way"),
        Seen(address="10.0.0.5", main=False, problem="300 s", cut_short=True),
    ]


def test_addresses_that_others_may_know() -> None:
    links = [
        {"ifname": "eth0", "addr_info": [{"local": "203.0.113.7"}, {}, {"local": "2001:db8::9", "temporary": True}]},
        {"ifname": "docker0", "addr_info": [{"local": "172.17.0.1"}]},
        {"ifname": "br-0d8e", "addr_info": [{"local": "172.18.0.1"}]},
        {},
    ]
    assert exposure.own_addresses(lambda *_: Result(status=0, out=json.dumps(links))) == ["203.0.113.7"]
    with pytest.raises(ValueError, match="no such"):
        exposure.own_addresses(lambda *_: Result(status=1, err="no such option"))
