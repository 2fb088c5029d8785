# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The gate between sockets of this process: what is let through, what is refused, and what is told of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import egress_dns as dns
from ansible_collections.holdfast.host.plugins.module_utils import egress_gate, egress_wire
from ansible_collections.holdfast.host.plugins.module_utils.egress_gate import Gate
from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import Limited, Networks
from ansible_collections.holdfast.host.plugins.module_utils.egress_state import Book
from ansible_collections.holdfast.host.plugins.module_utils.plan.egress import CLOSED

ALLOW = [
    {"name": "www.example.org", "port": 80, "protocol": "http"},
    {"name": "api.example.org", "port": 443, "protocol": "tls"},
    {"name": "mail.example.org", "port": 25, "protocol": "tcp"},
]
GIVEN: dict[str, Any] = {
    "name": "a", "mode": "enforce", "gateway": "10.213.1.1", "allow": ALLOW, "inside": ["db"], "private": [],
}  # fmt: skip
SERVICE = Limited.of(GIVEN)
WATCHED = Limited.of(GIVEN | {"mode": "observe"})


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def gate(tmp_path: Path, told: list[str]) -> Gate:
    return Gate(Networks(closed=CLOSED), Book(tmp_path / "state.json", "d", told.append))


def query(name: str, kind: int = dns.A) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)


def asked(gate: Gate, name: str, kind: int = dns.A, service: Limited = SERVICE) -> tuple[int, list[str]]:
    answered = asyncio.run(gate.name(service, query(name, kind)))
    assert answered is not None
    return answered[3] & 15, dns.addresses(answered)


def test_listed_names_lead_to_the_gate_and_others_nowhere(gate: Gate, told: list[str]) -> None:
    assert asked(gate, "API.example.org") == (dns.NOERROR, ["10.213.1.1"])
    assert asked(gate, "api.example.org", dns.AAAA) == (dns.NOERROR, [])
    # The engine answers for names of the stack: this must not be taken for an answer.
    assert asked(gate, "db") == (dns.SERVFAIL, [])
    assert told == []
    assert asked(gate, "secret.evil.example.net", 16) == (dns.NXDOMAIN, [])
    assert asked(gate, "secret.evil.example.net", dns.AAAA) == (dns.NXDOMAIN, [])
    assert told == ["a: refused secret.evil.example.net: asked for (1 times)"]
    assert asyncio.run(gate.name(SERVICE, b"no query")) is None


def test_an_observed_services_names_are_asked_for_and_noted(
    gate: Gate, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forward(sent: bytes) -> bytes:
        return dns.answer(sent, dns.question(sent), dns.NOERROR, ["203.0.113.20"])

    monkeypatch.setattr(egress_wire, "forward", forward)
    assert asked(gate, "evil.example.net", service=WATCHED) == (dns.NOERROR, ["203.0.113.20"])
    assert told == ["a: would refuse evil.example.net: asked for (1 times)"]
    assert gate.book.answers == {"a": {"evil.example.net": ["203.0.113.20"]}}

    async def broken(_sent: bytes) -> bytes:
        raise OSError("no name server answers")

    monkeypatch.setattr(egress_wire, "forward", broken)
    assert asked(gate, "evil.example.net", service=WATCHED) == (dns.SERVFAIL, [])


def through(
    gate: Gate, port: int, protocol: str, sent: bytes, resolve: Callable[[str], list[str]] | None = None
) -> bytes:
    """Return what a client gets that sends this to a port of the gate; behind it is a server that echoes."""
    places: list[tuple[str, int]] = []

    async def reach(addresses: list[str], _port: int) -> Any:
        assert addresses == ["203.0.113.7"]
        return await asyncio.open_connection(*places[0])

    async def talk() -> bytes:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"world " + await reader.read(1000))
            writer.close()

        async def addresses(_service: Limited, name: str, _port: int) -> list[str]:
            return ["203.0.113.7"] if resolve is None else resolve(name)

        gate.addresses = addresses  # type: ignore[method-assign, assignment]
        far = await asyncio.start_server(echo, "127.0.0.1", 0)
        places.append(far.sockets[0].getsockname())
        near = await asyncio.start_server(gate.handler(SERVICE, port, protocol), "127.0.0.1", 0)
        async with far, near:
            reader, writer = await asyncio.open_connection(*near.sockets[0].getsockname())
            writer.write(sent)
            got = await asyncio.wait_for(reader.read(2000), 10)
            writer.close()
            return got

    with mock.patch.object(egress_wire, "reach", reach):
        return asyncio.run(talk())


def test_what_is_listed_gets_through_with_its_first_bytes(gate: Gate, told: list[str]) -> None:
    request = b"GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    assert through(gate, 80, "http", request) == b"world " + request
    assert through(gate, 25, "tcp", b"EHLO x\r\n") == b"world EHLO x\r\n"
    assert told == []


@pytest.mark.parametrize(
    ("port", "protocol", "sent", "line"),
    [
        (80, "http", b"GET / HTTP/1.1\r\nHost: evil.example.net\r\n\r\n", "evil.example.net:80: not in its list"),
        (80, "http", b"GET / HTTP/1.1\r\nHost: api.example.org\r\n\r\n", "api.example.org:80: not in its list"),
        (80, "http", b"CONNECT 203.0.113.20:443 HTTP/1.1\r\n\r\n", "no name:80: CONNECT 203.0.113.20:443"),
        (443, "tls", b"SSH-2.0-x\r\n", "no name:443: no TLS"),
    ],
)
def test_what_is_not_listed_is_closed_and_told(
    gate: Gate, told: list[str], port: int, protocol: str, sent: bytes, line: str
) -> None:
    assert b"world" not in through(gate, port, protocol, sent)
    assert told == [f"a: refused {line} (1 times)"]


def test_a_name_that_leads_to_no_address_of_the_internet_is_closed(gate: Gate, told: list[str]) -> None:
    assert through(gate, 25, "tcp", b"", lambda _: []) == b""
    assert told == ["a: refused mail.example.org:25: leads to no address of the internet (1 times)"]


def test_addresses_are_judged_when_they_are_used(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["10.66.0.5", "203.0.113.7", "169.254.169.254", "198.51.100.1"]

    async def judged() -> list[str]:
        async def getaddrinfo(*_: object, **_also: object) -> list[Any]:
            return [(2, 1, 6, "", (address, 25)) for address in found]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
        return await gate.addresses(SERVICE, "mail.example.org", 25)

    monkeypatch.setattr(egress_wire, "is_own", lambda address: address == "198.51.100.1")
    assert asyncio.run(judged()) == ["203.0.113.7"]


@pytest.mark.parametrize("which", ["MOST_CONNECTIONS", "MOST_EACH"])
def test_connections_are_bounded(gate: Gate, told: list[str], monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    monkeypatch.setattr(egress_gate, which, 0)
    assert through(gate, 25, "tcp", b"") == b""
    assert "connections at once" in told[0]
    assert sum(gate.open.values()) == 0


def test_names_are_answered_over_tcp_too(gate: Gate) -> None:
    sent = query("api.example.org")
    got = through(gate, 53, egress_gate.NAMES, len(sent).to_bytes(2, "big") + sent)
    assert dns.addresses(got[2:]) == ["10.213.1.1"]


def test_the_report_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.json").write_text(json.dumps({"digest": "d", "closed": [], "services": []}))
    row = {"service": "a", "mode": "enforce", "what": "evil.example.net", "why": "asked for", "count": 2, "last": 5}
    monkeypatch.setattr(egress_gate, "CONFIG", tmp_path / "gate.json")
    monkeypatch.setattr(egress_gate, "gather", lambda *_: ({}, [row]))
    egress_gate.main(["report"])
    assert capsys.readouterr().out == "a: refused evil.example.net: asked for (2 times)\n"


def test_it_serves_until_it_is_told_to_stop(gate: Gate, tmp_path: Path) -> None:
    async def served() -> list[str]:
        loop, service = asyncio.get_running_loop(), Limited.of(GIVEN | {"gateway": "127.0.0.1"})
        task = loop.create_task(egress_gate.serve(gate, [service]))
        while not gate.book.path.exists():
            await asyncio.sleep(0.01)

        async def exchange() -> bytes:
            made = egress_wire._Exchange
            transport, answer = await loop.create_datagram_endpoint(made, remote_addr=("127.0.0.1", 47800))
            transport.sendto(query("api.example.org"))
            try:
                return await asyncio.wait_for(answer.answer, 10)
            finally:
                transport.close()

        got = dns.addresses(await exchange())
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, 10)
        return got

    assert asyncio.run(served()) == ["127.0.0.1"]
    assert json.loads((tmp_path / "state.json").read_text())["config"] == "d"


def test_questions_are_bounded(gate: Gate) -> None:
    async def asked() -> int:
        names = egress_gate._Names(gate, SERVICE)
        for number in range(egress_gate.MOST_QUESTIONS + 10):
            names.datagram_received(query(f"n{number}.example.net"), ("10.213.1.2", 1))
        waiting = len(names.tasks)
        for task in names.tasks:
            task.cancel()
        return waiting

    assert asyncio.run(asked()) == egress_gate.MOST_QUESTIONS
