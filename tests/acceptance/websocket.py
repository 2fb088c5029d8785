# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One WebSocket exchange (RFC 6455), written out, so that nothing between the two ends is taken on trust."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct

from tests.acceptance.web import TIMEOUT_SECONDS, Site, context

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
TEXT = 0x81


def echoed(site: Site, path: str, text: str) -> str:
    """Send a text frame over wss and return the one that comes back. Raises ValueError where the upgrade is refused.

    text: at most 125 bytes, the length that fits a frame's first form.
    """
    plain = socket.create_connection((site.address, 443), TIMEOUT_SECONDS)
    with context(site.authority).wrap_socket(plain, server_hostname=site.name) as wire:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", f"Host: {site.name}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "",
        ]  # fmt: skip
        wire.sendall("\r\n".join(lines).encode())
        head = _head(wire)
        accept = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode(), usedforsecurity=False).digest()).decode()
        if " 101 " not in head.splitlines()[0] or accept not in head:
            raise ValueError(head)
        payload, mask = text.encode(), os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
        wire.sendall(struct.pack("!BB", TEXT, 0x80 | len(payload)) + mask + masked)
        kind, length = _exactly(wire, 2)
        if kind != TEXT:
            raise ValueError(f"a frame of kind {kind:#x}")
        return _exactly(wire, length).decode()


def _head(wire: socket.socket) -> str:
    found = b""
    while not found.endswith(b"\r\n\r\n"):
        found += _exactly(wire, 1)
    return found.decode()


def _exactly(wire: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = wire.recv(count - len(found))
        if not part:
            raise ValueError(f"the connection ended after {found!r}")
        found += part
    return found
