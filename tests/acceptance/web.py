# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A client of the edge: public names are led to a lab host's address, as a name server would lead them."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers by lower-case name (repeated ones joined), and the body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


def context(authority: Path | None = None) -> ssl.SSLContext:
    """Return a client's TLS settings: names are checked where an authority is given, and nothing is otherwise."""
    made = ssl.create_default_context(cafile=str(authority) if authority else None)
    if authority is None:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


class Named(http.client.HTTPSConnection):
    """A connection to an address under a public name."""

    def __init__(self, address: str, name: str, authority: Path | None = None) -> None:
        """Take the address that is dialled and the name that is asked for."""
        super().__init__(name, timeout=TIMEOUT_SECONDS)
        self.address, self.tls = address, context(authority)

    def connect(self) -> None:
        """Dial, and agree on TLS for the name."""
        plain = socket.create_connection((self.address, 443), TIMEOUT_SECONDS)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A public name at an address."""

    address: str
    name: str
    authority: Path | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to one HTTPS request on a connection of its own. Raises OSError, HTTPException."""
        return _exchange(Named(self.address, self.name, self.authority), method, path, body, headers)

    def get(self, path: str, **headers: str) -> Answer:
        """Return the answer to a GET; underscores in the names of headers stand for dashes."""
        return self.ask("GET", path, headers={key.replace("_", "-"): value for key, value in headers.items()})

    def post(self, path: str, value: object) -> Answer:
        """Return the answer to a POST of JSON."""
        return self.ask("POST", path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def plain(self, path: str) -> Answer:
        """Return the answer to a GET without TLS. Raises OSError, HTTPException."""
        connection = http.client.HTTPConnection(self.address, 80, timeout=TIMEOUT_SECONDS)
        return _exchange(connection, "GET", path, None, {"Host": self.name})


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: Mapping[str, str] | None,
) -> Answer:
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        found: dict[str, str] = {}
        for key, value in answer.getheaders():
            lower = key.lower()
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
        return Answer(status=answer.status, headers=found, body=answer.read())
    finally:
        connection.close()
