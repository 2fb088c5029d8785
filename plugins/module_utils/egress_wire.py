# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the egress gate does with sockets: take addresses that come later, ask name servers, copy both ways."""

from __future__ import annotations

import asyncio
import socket
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESOLVERS = Path("/etc/resolv.conf")
DNS_PORT = 53
DNS_SECONDS, CONNECT_SECONDS = 4, 10
# A connection on which nothing moves for so long, in neither direction, is taken for dead.
IDLE_SECONDS = 3600
# What one direction of a connection keeps: read at once, waiting to be read (twice that), waiting to be written. Bytes.
BUFFER = 8 * 1024
# ip(7): lets a socket take an address that the host does not have yet, for networks come after the gate.
IP_FREEBIND = 15


def bound(kind: int, address: str, port: int) -> socket.socket:
    """Return a socket of this kind at an address that may come later."""
    made = socket.socket(socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
    made.bind((address, port))
    made.setblocking(False)
    return made


def is_own(address: str) -> bool:
    """Tell whether an address is the host's: only such can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
        return True


def resolvers(text: str) -> list[str]:
    """Return the name servers of a resolv.conf."""
    words = (line.split() for line in text.splitlines())
    return [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]


class _Exchange(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _addr: object) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def forward(query: bytes) -> bytes:
    """Return the answer of the host's own name servers to a query. Raises OSError where none answers."""
    for server in resolvers(RESOLVERS.read_text(encoding="utf-8")):
        loop = asyncio.get_running_loop()
        transport, exchange = await loop.create_datagram_endpoint(_Exchange, remote_addr=(server, DNS_PORT))
        try:
            transport.sendto(query)
            return await asyncio.wait_for(exchange.answer, DNS_SECONDS)
        except (OSError, asyncio.TimeoutError):
            continue
        finally:
            transport.close()
    raise OSError("no name server answers")


async def reach(addresses: Sequence[str], port: int) -> tuple[Reader, Writer] | None:
    """Return a connection to the first of these addresses that takes one."""
    for address in addresses:
        try:
            return await asyncio.wait_for(asyncio.open_connection(address, port, limit=BUFFER), CONNECT_SECONDS)
        except (OSError, asyncio.TimeoutError):  # noqa: PERF203 - each address is a try of its own
            continue
    return None


def bounded(writer: Writer) -> None:
    """Keep a connection's memory small: a transport reads 256 KiB at once unless it is told otherwise."""
    transport: Any = writer.transport
    transport.set_write_buffer_limits(BUFFER)
    transport.max_size = BUFFER


def end(writer: Writer, seconds: float) -> None:
    """Close a connection once what was written is read, and after some seconds whatever is left."""
    writer.close()
    asyncio.get_running_loop().call_later(seconds, writer.transport.abort)


class Moves:
    """When something last moved on a connection, in whichever direction."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self.note()

    def note(self) -> None:
        """Something moved."""
        self._last = self._clock()

    def left(self) -> float:
        """Return the seconds for which the connection may stay silent yet."""
        return self._last + IDLE_SECONDS - self._clock()


async def copy(reader: Reader, writer: Writer, moves: Moves) -> None:
    """Copy until one end closes its half, and close that half of the other end. Raises OSError."""
    while chunk := await reader.read(BUFFER):
        moves.note()
        writer.write(chunk)
        await writer.drain()
        moves.note()
    if writer.can_write_eof():
        writer.write_eof()


async def between(near: tuple[Reader, Writer], far: tuple[Reader, Writer]) -> None:
    """Copy both ways until both ends have closed. Raises OSError, also where nothing moves for IDLE_SECONDS."""
    moves = Moves()
    ways = {asyncio.ensure_future(copy(one[0], other[1], moves)) for one, other in ((near, far), (far, near))}
    pending = ways
    try:
        while pending:
            if moves.left() <= 0:
                raise TimeoutError("nothing moves")
            done, pending = await asyncio.wait(pending, timeout=moves.left(), return_when=asyncio.FIRST_EXCEPTION)
            for each in done:
                each.result()
    finally:
        # Where one way fails the other would wait on.
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
