# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The egress gate: the one way out of services with a list of names. It answers DNS, and connects by name.

It runs on the host as a unit of its own. Each service finds it at the gateway of its own internal network, so whose
connection it is needs no guess. A name is resolved here, the address is judged, and that address is connected to.
"""

from __future__ import annotations

import asyncio
import functools
import json
import signal
import socket
import sys
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from ansible_collections.holdfast.host.plugins.module_utils import egress_dns as dns
from ansible_collections.holdfast.host.plugins.module_utils import egress_peek as peek
from ansible_collections.holdfast.host.plugins.module_utils import egress_wire as wire
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import (
    HTTP,
    NAMES_DOOR,
    OBSERVE,
    TCP,
    Limited,
    Networks,
)
from ansible_collections.holdfast.host.plugins.module_utils.egress_state import (
    ASKED,
    CONFIG,
    STATE,
    Book,
    gather,
    lines,
)

GREETING_SECONDS, KEEP_SECONDS = 10, 1
# Of one service, so that none takes the gate from the others; and of all, by which the gate's memory is reckoned.
MOST_EACH, MOST_CONNECTIONS = 250, 1000
# Questions of one service that are being answered at once; a client asks again.
MOST_QUESTIONS = 64
# How long what was written may wait for a client that does not read.
LINGER_SECONDS = 30
NAMES = "dns"
NOT_LISTED, NO_NAME, PRIVATE = "not in its list", "named no host", "leads to no address of the internet"
UNREACHED, UNRESOLVED = "cannot be reached", "cannot be resolved"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Gate:
    """The gate of all services. networks: what is not the internet's. book: where refusals are counted."""

    def __init__(self, networks: Networks, book: Book) -> None:
        self.networks, self.book, self.open = networks, book, Counter[str]()

    def refuse(self, service: Limited, name: str | None, why: str, port: int = 0) -> None:
        """Count and tell a refusal."""
        self.book.refuse(service.name, name or "", why, mode=service.mode, port=port)

    async def name(self, service: Limited, query: bytes) -> bytes | None:
        """Return the answer to a DNS query of a service, None for what is no query."""
        try:
            asked = dns.question(query)
        except ValueError:
            return None
        known, inside = service.knows(asked.name), asked.name in service.inside
        # Clients ask for both kinds of address at once: one of them counts. Addresses' own names are asked by tools.
        if not (known or inside or asked.qtype == dns.AAAA or asked.name.endswith(".arpa")):
            self.refuse(service, asked.name, ASKED)
        if service.mode == OBSERVE:
            try:
                answered = await wire.forward(query)
            except OSError:
                return dns.answer(query, asked, dns.SERVFAIL)
            self.book.answered(service.name, asked.name, dns.addresses(answered))
            return answered
        if known:
            return dns.answer(query, asked, dns.NOERROR, [service.gateway] if asked.qtype == dns.A else ())
        # Names of the stack are the engine's to answer; a client that asks both must not take this for an answer.
        return dns.answer(query, asked, dns.SERVFAIL if inside else dns.NXDOMAIN)

    async def addresses(self, service: Limited, name: str, port: int) -> list[str]:
        """Return the addresses that a name leads to and that are the internet's."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        return [each for each in addresses if self.networks.opens(each, service.private) and not wire.is_own(each)]

    async def greeting(self, reader: Reader, protocol: str) -> tuple[bytes, str | None, str]:
        """Return the first bytes of a client, the name that it asks for, and why there is none."""
        data, read = b"", peek.http_host if protocol == HTTP else peek.server_name
        while len(data) < peek.MOST_BYTES:
            chunk = await reader.read(peek.MOST_BYTES)
            if not chunk:
                break
            data += chunk
            try:
                return data, read(data), NO_NAME
            except peek.MoreNeededError:
                continue
            except ValueError as problem:
                return data, None, str(problem)
        return data, None, NO_NAME

    async def connect(self, service: Limited, port: int, protocol: str, reader: Reader, writer: Writer) -> None:
        """Lead one connection to where it may go, or nowhere."""
        name: str | None
        if protocol == TCP:
            data, name, why = b"", service.only_name(port), ""
        else:
            data, name, why = await asyncio.wait_for(self.greeting(reader, protocol), GREETING_SECONDS)
        if name is None or not service.may(name, port):
            self.refuse(service, name, NOT_LISTED if name else why, port)
            writer.write(FORBIDDEN if protocol == HTTP else b"")
            return
        try:
            addresses = await self.addresses(service, name, port)
        except (OSError, UnicodeError):
            self.refuse(service, name, UNRESOLVED, port)
            return
        if not addresses:
            self.refuse(service, name, PRIVATE, port)
            return
        far = await wire.reach(addresses, port)
        if far is None:
            self.refuse(service, name, UNREACHED, port)
            return
        far_writer = far[1]
        for each in (writer, far_writer):
            wire.bounded(each)
        far_writer.write(data)
        try:
            await wire.between((reader, writer), far)
        finally:
            wire.end(far_writer, LINGER_SECONDS)

    async def names(self, service: Limited, reader: Reader, writer: Writer) -> None:
        """Answer DNS queries over TCP, each behind its length."""
        while True:
            size = await asyncio.wait_for(reader.readexactly(2), GREETING_SECONDS)
            query = await asyncio.wait_for(reader.readexactly(int.from_bytes(size, "big")), GREETING_SECONDS)
            answered = await self.name(service, query)
            if answered is None:
                return
            writer.write(len(answered).to_bytes(2, "big") + answered)
            await writer.drain()

    def handler(self, service: Limited, port: int, protocol: str) -> Callable[[Reader, Writer], Awaitable[None]]:
        """Return what handles the connections of a service to a port."""

        async def handle(reader: Reader, writer: Writer) -> None:
            self.open[service.name] += 1
            try:
                if self.open[service.name] > MOST_EACH or sum(self.open.values()) > MOST_CONNECTIONS:
                    self.refuse(service, "", f"more than {MOST_EACH} connections at once", port)
                elif protocol == NAMES:
                    await self.names(service, reader, writer)
                else:
                    await self.connect(service, port, protocol, reader, writer)
            except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
                pass  # One of the two ends went away or fell silent, which the other one sees by the close below.
            finally:
                self.open[service.name] -= 1
                wire.end(writer, LINGER_SECONDS)

        return handle


class _Names(asyncio.DatagramProtocol):
    """DNS over UDP for one service. Python 3.10 hands out a transport that is no instance of the class it documents."""

    def __init__(self, gate: Gate, service: Limited) -> None:
        self.gate, self.service = gate, service
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self.tasks) >= MOST_QUESTIONS:
            return
        task = asyncio.get_running_loop().create_task(self._answer(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        answered = await self.gate.name(self.service, data)
        if answered is not None:
            self.transport.sendto(answered, addr)


async def serve(gate: Gate, services: Sequence[Limited]) -> None:
    """Serve all services until told to stop."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    opened: list[asyncio.BaseTransport | asyncio.AbstractServer] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    for service in services:
        udp = wire.bound(socket.SOCK_DGRAM, service.gateway, NAMES_DOOR)
        names = functools.partial(_Names, gate, service)
        transport, _ = await loop.create_datagram_endpoint(names, sock=udp)
        opened.append(transport)
        doors = {NAMES_DOOR: (wire.DNS_PORT, NAMES)}
        if service.mode != OBSERVE:
            doors |= {door: (port, service.ports()[port]) for port, door in service.doors().items()}
        for door, (port, protocol) in doors.items():
            listening = wire.bound(socket.SOCK_STREAM, service.gateway, door)
            handler = gate.handler(service, port, protocol)
            opened.append(await asyncio.start_server(handler, sock=listening, limit=wire.BUFFER))
    while not over.is_set():
        gate.book.keep()
        try:
            await asyncio.wait_for(over.wait(), KEEP_SECONDS)
        except asyncio.TimeoutError:
            continue
    for each in opened:
        each.close()
    gate.book.keep()


def say(line: str) -> None:
    """Write a line of the log."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> None:
    """Serve; or, with the word report, tell what was refused, or would be."""
    given = json.loads(CONFIG.read_text(encoding="utf-8"))
    if list(words) == ["report"]:
        bridges = {each["name"]: each["bridge"] for each in given["services"] if each["mode"] == OBSERVE}
        say("\n".join(lines(gather(runner(), bridges)[1])))
        return
    book = Book(STATE, given["digest"], say)
    gate = Gate(Networks(closed=given["closed"]), book)
    asyncio.run(serve(gate, [Limited.of(each) for each in given["services"]]))


if __name__ == "__main__":
    main(sys.argv[1:])
