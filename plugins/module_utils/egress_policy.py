# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who may reach what by name: the rules of the egress gate, without any network."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ENFORCE, OBSERVE = "enforce", "observe"
TLS, HTTP, TCP = "tls", "http", "tcp"
# Where the gate listens; the packet filter leads the real ports here. A published port takes its number on every
# address of the host, the gateways included.
NAMES_DOOR, FIRST_DOOR = 47800, 47801
DOORS = range(47800, 48000)


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A name and a port that a service may reach. name: may begin with ``*.``. protocol: of TLS, HTTP, TCP."""

    name: str
    port: int
    protocol: str

    def covers(self, name: str) -> bool:
        """Tell whether a name is this one, or one that its wildcard stands for: a single label, as in certificates."""
        if self.name.startswith("*."):
            first, dot, rest = name.partition(".")
            return bool(first and dot) and rest == self.name[2:]
        return name == self.name


@dataclass(frozen=True, kw_only=True)
class Limited:
    """A service with a list. gateway: where it finds the gate. inside: names of the stack that it may reach.

    private: networks (CIDR) that its names may lead to although they are not the internet's.
    """

    name: str
    mode: str
    gateway: str
    allow: tuple[Allowed, ...]
    inside: frozenset[str] = frozenset()
    private: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Limited:
        """Return the service of its part of the plan."""
        allow = tuple(Allowed(**each) for each in given["allow"])
        rest = {key: given[key] for key in ("name", "mode", "gateway")}
        return cls(**rest, allow=allow, inside=frozenset(given["inside"]), private=tuple(given["private"]))

    def knows(self, name: str) -> bool:
        """Tell whether a name is in the list, on whatever port."""
        return any(each.covers(name) for each in self.allow)

    def may(self, name: str, port: int) -> bool:
        """Tell whether a name is in the list on this port."""
        return any(each.port == port and each.covers(name) for each in self.allow)

    def ports(self) -> dict[int, str]:
        """Return the protocol by port; one port has one."""
        return {each.port: each.protocol for each in self.allow}

    def doors(self) -> dict[int, int]:
        """Return where the gate listens for each port."""
        return {port: FIRST_DOOR + number for number, port in enumerate(sorted(self.ports()))}

    def only_name(self, port: int) -> str:
        """Return the one name of a port whose protocol tells none."""
        return next(each.name for each in self.allow if each.port == port)


@dataclass(frozen=True, kw_only=True)
class Networks:
    """Networks that are not the internet's. closed: CIDR, of both families."""

    closed: Sequence[str]
    _parsed: dict[str, Any] = field(default_factory=dict)

    def _network(self, text: str) -> Any:
        if text not in self._parsed:
            self._parsed[text] = ipaddress.ip_network(text)
        return self._parsed[text]

    def opens(self, address: str, private: Sequence[str] = ()) -> bool:
        """Tell whether an address may be connected to. private: networks that are open all the same.

        What is written as IPv4 within IPv6 is taken for what it leads to.
        """
        parsed = ipaddress.ip_address(address.partition("%")[0])
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        if any(parsed in self._network(each) for each in private):
            return True
        return not any(parsed in self._network(each) for each in self.closed)
