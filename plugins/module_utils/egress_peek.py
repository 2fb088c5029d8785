# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whom a connection is for, read from the first bytes that a client sends: TLS's server name, HTTP's host.

Sources: RFC 8446, section 4.1.2 (ClientHello); RFC 6066, section 3 (server_name); RFC 9112, section 3.2 (request
target).
"""

from __future__ import annotations

# A ClientHello with a post-quantum key share has about 1.8 KiB; what is larger than this is no greeting.
MOST_BYTES = 16 * 1024
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME, _HOST_NAME = 22, 1, 0, 0


class MoreNeededError(Exception):
    """The bytes so far do not tell yet."""


class _Bytes:
    """Bytes that are read from the front. Raises MoreNeededError where there are not enough of them."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        if self.at + size > len(self.data):
            raise MoreNeededError
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        """Return the next number of so many bytes."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> _Bytes:
        """Return what stands behind its own length, a number of so many bytes."""
        return _Bytes(self.take(self.number(size)))

    def left(self) -> bool:
        """Tell whether there is more."""
        return self.at < len(self.data)


def _hello(data: bytes) -> bytes:
    """Return the ClientHello's body, put together from its records; a client may cut it where it likes."""
    records, body = _Bytes(data), b""
    while True:
        if records.number(1) != _HANDSHAKE:
            raise ValueError("no TLS")
        records.take(2)
        body += records.vector(2).data
        if body[:1] and body[0] != _CLIENT_HELLO:
            raise ValueError("no ClientHello")
        if len(body) >= 4 and len(body) >= 4 + int.from_bytes(body[1:4], "big"):
            return body[4 : 4 + int.from_bytes(body[1:4], "big")]


def server_name(data: bytes) -> str | None:
    """Return the name that a TLS client asks for, lower case, None where it names none.

    Raises MoreNeededError where it has not sent enough yet, ValueError for what is no TLS.
    """
    body = _Bytes(_hello(data))
    try:
        body.take(2 + 32)
        for size in (1, 2, 1):
            body.vector(size)
        if not body.left():
            return None
        extensions = body.vector(2)
        while extensions.left():
            kind, content = extensions.number(2), extensions.vector(2)
            if kind != _SERVER_NAME:
                continue
            names = content.vector(2)
            if names.number(1) == _HOST_NAME:
                return names.vector(2).data.decode("ascii", "backslashreplace").lower()
    except MoreNeededError:
        raise ValueError("a ClientHello that is shorter than it says") from None
    return None


def http_host(data: bytes) -> str | None:
    """Return the host that an HTTP request is for, lower case, without a port; None where it names none.

    Raises MoreNeededError before the end of the headers, ValueError for what is no HTTP, and for CONNECT, with its
    target.
    """
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end:
        raise MoreNeededError
    line, *fields = head.decode("latin-1").split("\r\n")
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise ValueError("no HTTP")
    method, target, _ = words
    if method.upper() == "CONNECT":
        raise ValueError(f"CONNECT {target[:100]}")
    named = {field.partition(":")[2].strip() for field in fields if field.lower().startswith("host:")}
    if target.startswith(("http://", "https://")):
        named = {target.partition("//")[2].partition("/")[0]}
    if len(named) > 1:
        raise ValueError("more than one host")
    host = next(iter(named), "").lower()
    # [2001:db8::1]:80 has colons of its own, and is no name.
    return (host if host.startswith("[") else host.partition(":")[0]) or None
