# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""DNS messages as the gate reads and writes them, beside a query that a library made."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import egress_dns as dns


def query(name: str, kind: int = dns.A, flags: int = 0x0100) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return struct.pack("!HHHHHH", 7, flags, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)


def test_a_question_is_read_in_lower_case() -> None:
    asked = dns.question(query("Api.Example.ORG", 28))
    assert (asked.id, asked.name, asked.qtype) == (7, "api.example.org", dns.AAAA)


def test_an_answer_has_the_question_and_its_addresses() -> None:
    sent = query("api.example.org")
    made = dns.answer(sent, dns.question(sent), dns.NOERROR, ["10.213.5.1", "192.0.2.7"])
    assert made[:2] == sent[:2]
    assert made[2:4] == b"\x81\x80"
    assert dns.addresses(made) == ["10.213.5.1", "192.0.2.7"]
    refused = dns.answer(sent, dns.question(sent), dns.NXDOMAIN)
    assert (refused[3] & 15, dns.addresses(refused)) == (3, [])


def test_addresses_of_both_kinds_are_found_behind_an_alias() -> None:
    sent = query("a.example.org")
    alias = b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 9, 4) + b"\x01b\xc0\x0e"
    six = b"\xc0\x2b" + struct.pack("!HHIH", 28, 1, 9, 16) + bytes(15) + b"\x01"
    made = sent[:6] + struct.pack("!H", 2) + sent[8:] + alias + six
    assert dns.addresses(made) == ["::1"]


@pytest.mark.parametrize(
    "message",
    [b"", b"\0" * 11, query("a.example.org")[:-3], query("a.example.org", flags=0x8180), query("a" * 64 + ".org")],
)
def test_what_is_no_query_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"DNS query|no query has"):
        dns.question(message)


@given(st.binary(max_size=200))
def test_nothing_that_is_sent_raises_anything_else(message: bytes) -> None:
    assert isinstance(dns.addresses(message), list)
    try:
        asked = dns.question(message)
    except ValueError:
        return
    assert dns.answer(message, asked, dns.SERVFAIL)[:2] == message[:2]
