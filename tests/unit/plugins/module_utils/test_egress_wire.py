# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Sockets at addresses that come later, name servers, and copying both ways."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import egress_wire as wire


def test_an_address_that_comes_later_can_be_taken() -> None:
    with wire.bound(socket.SOCK_DGRAM, "192.0.2.1", 47999) as made:
        assert made.getsockname() == ("192.0.2.1", 47999)


def test_the_hosts_own_addresses_are_known() -> None:
    assert wire.is_own("127.0.0.1")
    assert not wire.is_own("192.0.2.1")


def test_name_servers_are_read() -> None:
    assert wire.resolvers("# x\nnameserver 192.0.2.53\nsearch example.org\nnameserver ::1\nnameserver\n") == [
        "192.0.2.53",
        "::1",
    ]


def test_a_query_goes_to_the_first_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    monkeypatch.setattr(wire, "RESOLVERS", tmp_path / "resolv.conf")

    async def ask() -> bytes:
        loop = asyncio.get_running_loop()

        class Server(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                assert hasattr(self.transport, "sendto")
                self.transport.sendto(b"answer to " + data, addr)

        transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
        monkeypatch.setattr(wire, "DNS_PORT", transport.get_extra_info("sockname")[1])
        try:
            return await wire.forward(b"query")
        finally:
            transport.close()

    assert asyncio.run(ask()) == b"answer to query"
    # Nobody is there any more.
    with pytest.raises(OSError, match="no name server answers"):
        asyncio.run(wire.forward(b"query"))


def test_what_comes_is_copied_and_the_end_passed_on() -> None:
    async def copied() -> bytes:
        async def into(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            source = asyncio.StreamReader()
            source.feed_data(b"x" * 100_000)
            source.feed_eof()
            await wire.copy(source, writer, wire.Moves())
            await reader.read()
            writer.close()

        server = await asyncio.start_server(into, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            data = await reader.read()
            writer.close()
            return data

    assert len(asyncio.run(copied())) == 100_000


async def _pair() -> tuple[list[Any], list[Any], asyncio.Server]:
    """Return both ends of a connection of this process, each a reader and a writer."""
    accepted: asyncio.Queue[list[Any]] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accepted.put([reader, writer])

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    opened = await asyncio.open_connection(*server.sockets[0].getsockname())
    return list(opened), await accepted.get(), server


def _relayed(monkeypatch: pytest.MonkeyPatch, seconds: float) -> tuple[bytes, bool]:
    """Return what came of a far end that alone sends for some seconds, and whether the connection ended only then."""
    monkeypatch.setattr(wire, "IDLE_SECONDS", 0.4)

    async def relayed() -> tuple[bytes, bool]:
        client, near, one = await _pair()
        far, server, other = await _pair()
        task = asyncio.ensure_future(wire.between((near[0], near[1]), (far[0], far[1])))
        loop, got = asyncio.get_running_loop(), b""
        until = loop.time() + seconds
        while loop.time() < until:
            server[1].write(b"x")
            got += await asyncio.wait_for(client[0].read(100), 5)
            await asyncio.sleep(0.05)
        lively = not task.done()
        done, _ = await asyncio.wait({task}, timeout=5)
        given_up = lively and bool(done) and isinstance(task.exception(), TimeoutError)
        for end in (client, near, far, server):
            end[1].close()
        for listening in (one, other):
            listening.close()
        return got, given_up

    return asyncio.run(relayed())


def test_a_connection_lives_while_one_direction_moves_and_is_given_up_when_none_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    got, given_up = _relayed(monkeypatch, 1.2)
    assert len(got) > 5
    assert given_up


def test_a_client_that_does_not_read_is_let_go() -> None:
    async def written() -> tuple[bool, int]:
        lost = asyncio.Event()

        async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire.bounded(writer)
            sizes.append(getattr(writer.transport, "max_size", 0))
            writer.write(b"x" * 50_000_000)
            wire.end(writer, 0.05)
            while writer.transport.get_write_buffer_size():
                await asyncio.sleep(0.01)
            lost.set()

        sizes: list[int] = []
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        _, client = await asyncio.open_connection(*server.sockets[0].getsockname())
        await asyncio.wait_for(lost.wait(), 10)
        client.close()
        server.close()
        return lost.is_set(), sizes[0]

    assert asyncio.run(written()) == (True, wire.BUFFER)
