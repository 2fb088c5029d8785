# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Port
from ansible_collections.holdfast.host.plugins.module_utils.compose.ports import duplicates, parse_ports
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (80, [Port(target=80)]),
        ("80", [Port(target=80)]),
        (":80", [Port(target=80)]),
        ("8080:80", [Port(target=80, published="8080")]),
        ("8080:80/udp", [Port(target=80, published="8080", protocol="udp")]),
        ("127.0.0.1:8080:80", [Port(target=80, published="8080", host_ip="127.0.0.1")]),
        ("127.0.0.1::80", [Port(target=80, host_ip="127.0.0.1")]),
        ("[::1]:8080:80/sctp", [Port(target=80, published="8080", host_ip="::1", protocol="sctp")]),
        ("[2001:db8::1]::80", [Port(target=80, host_ip="2001:db8::1")]),
        ("90-91", [Port(target=90), Port(target=91)]),
        ("9000-9001:90-91", [Port(target=90, published="9000"), Port(target=91, published="9001")]),
        ({"target": 80}, [Port(target=80)]),
        ({"target": "80", "published": 8080, "mode": "host"}, [Port(target=80, published="8080", mode="host")]),
        ({"target": 80, "host_ip": "::1", "name": "w"}, [Port(target=80, host_ip="::1", extra={"name": "w"})]),
    ],
)
def test_each_form(entry: Any, expected: list[Port]) -> None:
    report = Report()
    assert parse_ports([entry], "p", report) == tuple(expected)
    assert report.findings == []


@pytest.mark.parametrize(
    "entry",
    [
        *["", "x", "0", "70000", "80-79", "1-2:3-5", "1:2:3:4", "localhost:1:2", "80/xyz", "80/", "-1", "1.5", "80:"],
        *[
            True,
            None,
            1.5,
            [],
            0,
            -1,
            {},
            {"target": 0},
            {"target": 80, "published": "x"},
            {"target": 80, "mod": "host"},
        ],
        *[
            "::1:80:80",
            {"target": 80, "host_ip": "h"},
            {"target": 80, "protocol": "x"},
            {"target": 1, "published": True},
        ],
    ],
)
def test_what_is_no_port_is_a_finding(entry: Any) -> None:
    report = Report()
    assert parse_ports([entry], "p", report) is BAD
    assert report.failed
    assert all(finding.path.startswith("p[0]") for finding in report.findings)


def test_a_range_for_one_port_is_left_to_docker_and_told() -> None:
    report = Report()
    assert parse_ports(["8000-8002:80"], "p", report) == (Port(target=80),)
    assert [finding.level for finding in report.findings] == ["warning"]


def test_the_same_port_twice_is_one() -> None:
    assert parse_ports(["80:80", "80:80/tcp"], "p", Report()) == (Port(target=80, published="80"),)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("80:1", "80:2", True),
        ("127.0.0.1:80:1", "80:2", True),
        ("127.0.0.1:80:1", "0.0.0.0:80:2", True),
        ("127.0.0.1:80:1", "127.0.0.2:80:2", False),
        ("127.0.0.1:80:1", "[::1]:80:2", False),
        ("80:1/udp", "80:1/tcp", False),
        ("80", "80", False),
    ],
)
def test_a_host_port_is_given_once(one: str, other: str, clash: bool) -> None:
    report = Report()
    owners = [("a", parse_ports([one], "p", report)[0]), ("b", parse_ports([other], "p", report)[0])]
    duplicates(owners, report)
    assert [finding.path for finding in report.findings] == (["compose.services.b.ports"] if clash else [])


_NUMBER = st.integers(1, 65535)


@given(_NUMBER, _NUMBER, st.sampled_from(["tcp", "udp"]), st.none() | st.ip_addresses().map(str))
def test_long_and_short_agree(target: int, published: int, protocol: str, host: str | None) -> None:
    port = Port(target=target, published=str(published), protocol=protocol, host_ip=host)
    address = "" if host is None else f"[{host}]:" if ":" in host else f"{host}:"
    assert parse_ports([f"{address}{published}:{target}/{protocol}"], "p", Report()) == (port,)
    assert parse_ports([port.as_compose()], "p", Report()) == (port,)


@given(st.lists(st.text(alphabet="0123456789:-[]/tcp.", max_size=12) | st.integers() | st.none() | st.booleans()))
def test_it_never_raises(entries: list[Any]) -> None:
    report = Report()
    result = parse_ports(entries, "p", report)
    assert (result is BAD) == report.failed
