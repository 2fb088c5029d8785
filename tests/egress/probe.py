# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Runs inside a container, as root, and tries every way out; prints what came of each. Standard library only."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS = 3.0
API, EVIL, NAMES, METADATA, PRIVATE = "198.51.100.10", "203.0.113.20", "198.51.100.53", "169.254.169.254", "10.66.0.5"
EVIL6 = "2001:db8:ffff::20"
GIVEN: dict[str, str] = json.loads(sys.argv[1])


def tcp(host: str, port: int) -> socket.socket:
    return socket.create_connection((host, port), timeout=SECONDS)


def reached(host: str, port: int) -> str:
    tcp(host, port).close()
    return "connected"


def tls(host: str, name: str | None, port: int = 443) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with tcp(host, port) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
        secure.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        return said(secure.recv(4096))


def said(data: bytes) -> str:
    """Return what a server said; a connection that just ends is none."""
    if not data:
        raise OSError("closed without a word")
    return data.decode("latin-1").strip()


def banner(host: str, port: int) -> str:
    with tcp(host, port) as plain:
        return said(plain.recv(100))


def http_raw(host: str, request: str) -> str:
    with tcp(host, 80) as plain:
        plain.sendall(f"{request}\r\n\r\n".encode())
        answer = said(plain.recv(4096))
    if answer.split(" ")[1] not in ("200", "302"):
        raise OSError(answer.splitlines()[0])
    return answer


def get(host: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(host, 80, timeout=SECONDS)
    connection.request("GET", "/")
    answer = connection.getresponse()
    if answer.status not in (200, 302):
        raise OSError(str(answer.status))
    return answer


def followed() -> str:
    """Follow an allowed name's answer to another name."""
    target = get("away.example.org").headers["Location"].split("/")[2]
    return get(target).read().decode()


def udp(host: str, port: int, data: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.settimeout(SECONDS)
        own.connect((host, port))
        own.send(data)
        return own.recv(4096)


def query(name: str, kind: int) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return (
        struct.pack("!HHHHHH", os.getpid() & 0xFFFF, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)
    )


def has_answer(message: bytes) -> str:
    if not struct.unpack_from("!H", message, 6)[0]:
        raise OSError(f"no answer, code {message[3] & 15}")
    return "answered"


def tunnel() -> str:
    """Ask every name server of the container for a text that only the world has."""
    text = Path("/etc/resolv.conf").read_text(encoding="utf-8")
    servers = [line.split()[1] for line in text.splitlines() if line.startswith("nameserver")]
    problems = []
    for server in servers:
        try:
            return has_answer(udp(server, 53, query(f"{random.randrange(10**9)}.tunnel.example.net", 16)))  # noqa: S311
        except OSError as problem:  # noqa: PERF203 - each server is a try of its own
            problems.append(str(problem))
    raise OSError("; ".join(problems))


def names_tcp() -> str:
    asked = query("a.tunnel.example.net", 16)
    with tcp(NAMES, 53) as plain:
        plain.sendall(len(asked).to_bytes(2, "big") + asked)
        return has_answer(plain.recv(4096)[2:])


def checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(host: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as own:
        own.settimeout(SECONDS)
        head = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xFFFF, 1)
        own.sendto(struct.pack("!BBHHH", 8, 0, checksum(head), os.getpid() & 0xFFFF, 1), (host, 0))
        while True:
            answer, (sender, _) = own.recvfrom(1024)
            if sender == host and answer[20] == 0:
                return "answered"


def by_hand() -> str:
    """Send a frame to the gateway's own hardware address: no route is asked for. The answer comes back the same way."""
    gateway, interface = GIVEN["gateway"], GIVEN["interface"]
    # Have its hardware address.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.connect((gateway, 9))
        own.send(b"")
        source = own.getsockname()[0]
    with ThreadPoolExecutor() as pool:
        pool.submit(socket.create_connection, (gateway, 53), 1).exception()
    rows = Path("/proc/net/arp").read_text(encoding="utf-8").splitlines()
    found = [row.split()[3] for row in rows if row.split()[0] == gateway]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as own:
        own.bind((interface, 0x0800))
        own.settimeout(SECONDS)
        mac, mine = bytes.fromhex(found[0].replace(":", "")), own.getsockname()[4]
        payload = struct.pack("!HHHH", 40000, 123, 12, 0) + b"hand"
        head = struct.pack(
            "!BBHHHBBH4s4s", 69, 0, 20 + len(payload), 7, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(EVIL)
        )
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        own.send(mac + mine + b"\x08\x00" + head + payload)
        while True:
            frame = own.recv(2048)
            if frame[26:30] == socket.inet_aton(EVIL):
                return "answered"


WAYS: dict[str, Callable[[], object]] = {
    "raw address, 443": lambda: tls(EVIL, "evil.example.net"),
    "raw address, 80": lambda: http_raw(EVIL, "GET / HTTP/1.1\r\nHost: evil.example.net"),
    "raw address of a listed name": lambda: tls(API, "api.example.org"),
    "IPv6 address": lambda: tls(EVIL6, "evil.example.net"),
    "another port, 8080": lambda: banner(EVIL, 8080),
    "SSH to the world, 22": lambda: banner(EVIL, 22),
    "mail to the world, 25": lambda: banner(EVIL, 25),
    "a listed name on another port": lambda: tls("api.example.org", "api.example.org", 8443),
    "an unlisted name, TLS": lambda: tls("evil.example.net", "evil.example.net"),
    "an unlisted name, HTTP": lambda: get("evil.example.net").read(),
    "a name below a listed one": lambda: socket.getaddrinfo("secret.tunnel.example.net", 443, socket.AF_INET),
    "DNS tunnel by the own name servers": tunnel,
    "DNS server of the world, UDP": lambda: has_answer(udp(NAMES, 53, query("a.tunnel.example.net", 16))),
    "DNS server of the world, TCP": names_tcp,
    "DNS over HTTPS": lambda: tls(NAMES, "dns.example.net"),
    "DNS over TLS": lambda: tls(NAMES, "dns.example.net", 853),
    "QUIC, UDP 443": lambda: udp(EVIL, 443, b"\xc0quic"),
    "NTP, UDP 123": lambda: udp(EVIL, 123, b"\x1b" + bytes(47)),
    "ICMP": lambda: ping(EVIL),
    "a listed SNI at an unlisted address": lambda: tls(EVIL, "api.example.org"),
    "an unlisted SNI at a listed name": lambda: tls("api.example.org", "evil.example.net"),
    "no SNI": lambda: tls("api.example.org", None),
    "CONNECT to an address": lambda: http_raw(
        "www.example.org", f"CONNECT {EVIL}:443 HTTP/1.1\r\nHost: www.example.org"
    ),
    "an unlisted Host at a listed name": lambda: http_raw(
        "www.example.org", "GET / HTTP/1.1\r\nHost: evil.example.net"
    ),
    "an unlisted host in the target": lambda: http_raw(
        "www.example.org", "GET http://evil.example.net/ HTTP/1.1\r\nHost: www.example.org"
    ),
    "a redirect to an unlisted name": followed,
    "a listed name that leads to a private address": lambda: tls("inside.example.org", "inside.example.org"),
    "a listed name that leads to the metadata": lambda: get("meta.example.org").read(),
    "the metadata address": lambda: http_raw(METADATA, "GET / HTTP/1.1\r\nHost: metadata"),
    "a private address": lambda: tls(PRIVATE, "inside.example.org"),
    "a sibling by name": lambda: reached("other", 8000),
    "a sibling by address": lambda: reached(GIVEN["sibling"], 8000),
    "the host's gateway address, SSH": lambda: banner(GIVEN["gateway"], 22),
    "the host's own address, SSH": lambda: banner(GIVEN["host"], 22),
    "a frame made by hand": by_hand,
}
LISTED: dict[str, Callable[[], object]] = {
    "TLS by name": lambda: tls("api.example.org", "api.example.org"),
    "TLS on another port": lambda: tls("files.example.org", "files.example.org", 8443),
    "TLS by a wildcard": lambda: tls("one.cdn.example.org", "one.cdn.example.org"),
    "HTTP by name": lambda: get("www.example.org").read().decode(),
    "TCP by name": lambda: banner("mail.example.org", 25),
}
STORES: dict[str, Callable[[], object]] = {"a store": lambda: reached("cache", 6379)}


def tried(way: Callable[[], object]) -> dict[str, str]:
    try:
        return {"open": str(way())[-80:]}
    except Exception as problem:  # noqa: BLE001 - whatever keeps it closed is told
        return {"closed": f"{type(problem).__name__}: {problem}"}


def main() -> None:
    """Try all at once."""
    every = {"ways": WAYS, "listed": LISTED, "stores": STORES}
    with ThreadPoolExecutor(max_workers=64) as pool:
        begun = {kind: {name: pool.submit(tried, way) for name, way in each.items()} for kind, each in every.items()}
        came = {kind: {name: each.result() for name, each in own.items()} for kind, own in begun.items()}
    sys.stdout.write(json.dumps(came))


main()
