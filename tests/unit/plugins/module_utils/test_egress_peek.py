# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whom a connection is for: greetings as OpenSSL makes them, requests as clients and attackers write them."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import egress_peek as peek


def hello(name: str | None) -> bytes:
    """Return the first bytes of a TLS client."""
    context = ssl.create_default_context()
    context.check_hostname = False
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_a_name_is_read_and_none_is_none() -> None:
    assert peek.server_name(hello("API.example.org")) == "api.example.org"
    assert peek.server_name(hello(None)) is None


def test_a_greeting_in_pieces_is_waited_for() -> None:
    whole = hello("api.example.org")
    for size in range(len(whole)):
        with pytest.raises(peek.MoreNeededError):
            peek.server_name(whole[:size])


def test_a_greeting_in_many_records_is_put_together() -> None:
    whole = hello("api.example.org")
    body = whole[5:]
    cut = [body[at : at + 50] for at in range(0, len(body), 50)]
    records = b"".join(whole[:3] + len(each).to_bytes(2, "big") + each for each in cut)
    assert peek.server_name(records) == "api.example.org"


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00\x04\x02\x00\x00\x00"])
def test_what_is_no_tls_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no TLS|no ClientHello"):
        peek.server_name(data)


def test_a_greeting_that_lies_about_its_length_is_refused() -> None:
    whole = bytearray(hello("api.example.org"))
    # The ciphers' length, behind headers, version, random and a session of 32 bytes.
    at = 5 + 4 + 2 + 32 + 1 + whole[43]
    whole[at : at + 2] = b"\xff\xff"
    with pytest.raises(ValueError, match="shorter than it says"):
        peek.server_name(bytes(whole))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for read in (peek.server_name, peek.http_host):
        for start in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n"):
            try:
                name = read(start + data)
            except (ValueError, peek.MoreNeededError):
                continue
            assert name is None or name == name.lower()


@pytest.mark.parametrize(
    ("head", "host"),
    [
        ("GET / HTTP/1.1\r\nHost: WWW.example.org", "www.example.org"),
        ("GET / HTTP/1.1\r\nhost:www.example.org:80", "www.example.org"),
        ("GET http://evil.example.net/x HTTP/1.1\r\nHost: www.example.org", "evil.example.net"),
        ("GET / HTTP/1.1\r\nHost: [2001:db8::1]:80", "[2001:db8::1]:80"),
        ("GET / HTTP/1.0", None),
    ],
)
def test_the_host_of_a_request(head: str, host: str | None) -> None:
    assert peek.http_host(f"{head}\r\n\r\nbody".encode()) == host


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("CONNECT 203.0.113.20:443 HTTP/1.1\r\nHost: www.example.org", "CONNECT 203.0.113.20:443"),
        ("GET / HTTP/1.1\r\nHost: a.example.org\r\nHost: b.example.org", "more than one host"),
        ("EHLO example.org", "no HTTP"),
        ("GET /a b HTTP/1.1", "no HTTP"),
    ],
)
def test_what_names_no_one_host_is_refused(head: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        peek.http_host(f"{head}\r\n\r\n".encode())
