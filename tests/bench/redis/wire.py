# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""As much of the Redis serialization protocol (RESP 2) as the load needs."""

from __future__ import annotations

import socket
from typing import Any


class RefusedError(Exception):
    """The server answered with an error; the text is the server's."""


def encode(*words: bytes | str | int) -> bytes:
    """Return a command as the protocol has it: an array of bulk strings."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


class Connection:
    """One connection. Raises OSError where the server is gone or does not answer in time."""

    def __init__(self, address: str, password: str, *, port: int = 6379, timeout: float = 60) -> None:
        """Connect and log in."""
        self.socket = socket.create_connection((address, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self.socket.makefile("rb", buffering=1 << 16)
        self.call("AUTH", password)

    def close(self) -> None:
        """Hang up."""
        self._replies.close()
        self.socket.close()

    def reply(self) -> Any:
        """Return the next answer: bytes, int, None or a list; an error is returned as a RefusedError, not raised."""
        line = self._replies.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionResetError("the server hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            return RefusedError(rest.decode())
        if kind == b":":
            return int(rest)
        size = int(rest)
        if size < 0:
            return None
        if kind == b"*":
            return [self.reply() for _ in range(size)]
        data = self._replies.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionResetError("the server hung up in an answer")
        return data[:-2]

    def call(self, *words: bytes | str | int) -> Any:
        """Send one command and return its answer. Raises RefusedError."""
        answer = self.pipeline([encode(*words)])[0]
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def pipeline(self, commands: list[bytes]) -> list[Any]:
        """Send commands at once and return their answers in order."""
        self.socket.sendall(b"".join(commands))
        return [self.reply() for _ in commands]

    def info(self) -> dict[str, str]:
        """Return everything that INFO says."""
        lines = self.call("INFO", "everything").decode().splitlines()
        return {key: value for key, _, value in (line.partition(":") for line in lines) if value}
