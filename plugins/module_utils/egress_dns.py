# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The few parts of DNS messages that the egress gate reads and writes. Source: RFC 1035, section 4."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

A, AAAA = 1, 28
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
TTL_SECONDS = 30
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_RESPONSE, _RECURSION_WANTED, _RECURSION_THERE = 0x8000, 0x0100, 0x0080
_POINTER = 0xC0
_NAMES, _LABEL = 128, 63


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a query asks. name: lower case, without the last dot. end: where the question ends in the message."""

    id: int
    flags: int
    name: str
    qtype: int
    end: int


def _skip(message: bytes, at: int) -> int:
    """Return where a name ends in a message."""
    while message[at]:
        if message[at] & _POINTER == _POINTER:
            return at + 2
        at += message[at] + 1
    return at + 1


def question(message: bytes) -> Question:
    """Return the question of a query. Raises ValueError for what is none, or has not just one."""
    try:
        number, flags, count, *_ = _HEADER.unpack_from(message)
        labels: list[bytes] = []
        at = _HEADER.size
        while message[at]:
            if message[at] > _LABEL or len(labels) >= _NAMES:
                raise ValueError("a name that no query has")
            labels.append(message[at + 1 : at + 1 + message[at]])
            at += message[at] + 1
        qtype, _ = struct.unpack_from("!HH", message, at + 1)
    except (struct.error, IndexError) as problem:
        raise ValueError(f"no DNS query: {problem}") from problem
    if flags & _RESPONSE or count != 1:
        raise ValueError("no DNS query: an answer, or not just one question")
    # What is no letter of a host name is shown, and never taken for one.
    name = b".".join(labels).decode("ascii", "backslashreplace").lower()
    return Question(id=number, flags=flags, name=name, qtype=qtype, end=at + 5)


def answer(message: bytes, asked: Question, code: int, addresses: Sequence[str] = ()) -> bytes:
    """Return the answer to a query. code: of RCODE. addresses: IPv4, for a question for such."""
    flags = _RESPONSE | _RECURSION_THERE | (asked.flags & (0x7800 | _RECURSION_WANTED)) | code
    found = [ipaddress.IPv4Address(each).packed for each in addresses]
    head = _HEADER.pack(asked.id, flags, 1, len(found), 0, 0)
    body = message[_HEADER.size : asked.end]
    # A pointer to the name of the question, which stands behind the header.
    records = b"".join(b"\xc0\x0c" + _RECORD.pack(A, 1, TTL_SECONDS, len(each)) + each for each in found)
    return head + body + records


def addresses(message: bytes) -> list[str]:
    """Return the addresses in the answer section of a message, none of what cannot be read."""
    try:
        return list(_addresses(message))
    except (struct.error, IndexError, ValueError):
        return []


def _addresses(message: bytes) -> Iterator[str]:
    _, _, questions, answers, *_ = _HEADER.unpack_from(message)
    at = _HEADER.size
    for _ in range(questions):
        at = _skip(message, at) + 4
    for _ in range(answers):
        at = _skip(message, at)
        kind, _, _, size = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        if kind in (A, AAAA):
            yield str(ipaddress.ip_address(message[at : at + size]))
        at += size
