# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Plays the internet on a lab host: names, TLS, HTTP, whatever a container might try. Standard library only."""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import ssl
import struct
import sys
import threading

API, EVIL, NAMES, METADATA, PRIVATE = "198.51.100.10", "203.0.113.20", "198.51.100.53", "169.254.169.254", "10.66.0.5"
EVIL6 = "2001:db8:ffff::20"
NAMES_OF = {
    "api.example.org": API,
    "files.example.org": API,
    "www.example.org": API,
    "away.example.org": API,
    "mail.example.org": API,
    "one.cdn.example.org": API,
    "evil.example.net": EVIL,
    # By an alias, as an attacker who owns a name would do it.
    "inside.example.org": PRIVATE,
    "meta.example.org": METADATA,
}
ALIASES = {"inside.example.org": "gone.example.net"}
TUNNEL = ".tunnel.example.net"
TLS_PORTS, TEXT_PORTS, UDP_PORTS = (443, 8443, 853), (22, 25, 8080), (123, 443)


def packed(name: str) -> bytes:
    """Return a name as DNS writes it."""
    return b"".join(bytes([len(each)]) + each.encode() for each in name.split(".")) + b"\0"


def answered(query: bytes) -> bytes:
    """Return the answer to a DNS query; what lies below the tunnel's name always has one."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += query[at] + 1
    name, kind = ".".join(labels).lower(), struct.unpack_from("!H", query, at + 1)[0]
    records: list[tuple[bytes, int, bytes]] = []
    asked = name
    if name in ALIASES and kind == 1:
        records.append((packed(name), 5, packed(ALIASES[name])))
        asked = ALIASES[name]
    address = NAMES_OF.get(name) or (EVIL if name.endswith(TUNNEL) else None)
    if kind == 1 and address:
        records.append((packed(asked), 1, ipaddress.IPv4Address(address).packed))
    elif kind == 16 and name.endswith(TUNNEL):
        records.append((packed(name), 16, b"\x09tunnelled"))
    code = 0 if address else 3
    body = b"".join(own + struct.pack("!HHIH", of, 1, 5, len(data)) + data for own, of, data in records)
    return query[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(records), 0, 0) + query[12 : at + 5] + body


class Udp(socketserver.BaseRequestHandler):
    """Answers names on port 53, and echoes elsewhere."""

    def handle(self) -> None:
        data, sender = self.request
        sender.sendto(answered(data) if sender.getsockname()[1] == 53 else data, self.client_address)


class Text(socketserver.StreamRequestHandler):
    """Says a line."""

    def handle(self) -> None:
        self.wfile.write(b"220 open\r\n")


class NamesTcp(socketserver.StreamRequestHandler):
    """Answers names over TCP."""

    def handle(self) -> None:
        size = int.from_bytes(self.rfile.read(2), "big")
        told = answered(self.rfile.read(size))
        self.wfile.write(len(told).to_bytes(2, "big") + told)


class Http(socketserver.StreamRequestHandler):
    """Says for which host a request came; sends one name's clients to another, and takes any CONNECT."""

    def handle(self) -> None:
        self.request.settimeout(10)
        lines: list[str] = []
        while (line := self.rfile.readline(4096).decode("latin-1").strip()) or not lines:
            if not line:
                return
            lines.append(line)
        host = next((each.partition(":")[2].strip() for each in lines if each.lower().startswith("host:")), "")
        if lines[0].startswith("CONNECT"):
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            return
        moved = (
            "HTTP/1.1 302 Found\r\nLocation: http://evil.example.net/"
            if host == "away.example.org"
            else "HTTP/1.1 200 OK"
        )
        body = f"world {host}"
        self.wfile.write(f"{moved}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())


class Tcp(socketserver.ThreadingTCPServer):
    """A server of both families."""

    allow_reuse_address = True
    daemon_threads = True
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class Tls(Tcp):
    """The same behind TLS."""

    context: ssl.SSLContext

    def get_request(self) -> tuple[socket.socket, object]:
        plain, address = super().get_request()
        plain.settimeout(10)
        return self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address


class UdpServer(socketserver.ThreadingUDPServer):
    """A server that answers from the address that it was asked at."""

    daemon_threads = True


def main(certificate: str) -> None:
    """Serve until killed."""
    Tls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Tls.context.load_cert_chain(certificate)
    servers: list[socketserver.BaseServer] = [Tls(("::", port), Http) for port in TLS_PORTS]
    servers += [Tcp(("::", port), Text) for port in TEXT_PORTS if port != 22]
    servers += [Tcp(("::", 80), Http), Tcp(("::", 53), NamesTcp)]
    for address in (API, EVIL, NAMES):
        servers += [UdpServer((address, port), Udp) for port in (53, *UDP_PORTS)]
    for each in servers:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
