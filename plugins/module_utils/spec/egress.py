# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a service may reach: names of the world with their ports, and services of the stack."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import ENFORCE, HTTP, OBSERVE, TCP, TLS
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Choice, ListOf, Result, refuse
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import HOST

_WORDS = re.compile(
    r"(?P<name>[^:/\s]+|\[[^\]\s]*\]|[0-9a-fA-F:]+:[0-9a-fA-F:]*)(:(?P<port>\d+))?(/(?P<protocol>\w+))?"
)
_SERVICE = re.compile(r"[a-zA-Z0-9._-]+")
PROTOCOLS = (TLS, HTTP, TCP)
HTTP_PORT, MOST_PORT, DNS_PORT = 80, 65535, 53


@dataclass(frozen=True, kw_only=True)
class Destination:
    """What may be reached. port: 0 for a service of the stack, on whatever port. protocol: how its name is known."""

    name: str
    port: int = 0
    protocol: str = ""

    @property
    def inside(self) -> bool:
        """Whether it is a service of the stack."""
        return not self.port


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class _DestinationKind:
    """One entry of a list."""

    accepts = "a name with a port such as api.example.org:443, or a service of the Compose file"

    def read(self, raw: object, path: str) -> Result:
        """Return the destination. A port without a protocol is TLS, which names the host itself; 80 is HTTP."""
        found = _WORDS.fullmatch(raw) if isinstance(raw, str) else None
        if found is None:
            return refuse(path, raw, self.accepts)
        name, port, protocol = found["name"], found["port"], found["protocol"]
        if _is_address(name):
            hint = "say the name that leads to it: names are what can be told apart, and what can be moved"
            return None, [Finding(path=path, value=raw, rule="must be a name, not an address", hint=hint)]
        if port is None:
            good = protocol is None and _SERVICE.fullmatch(name)
            return (Destination(name=name), []) if good else refuse(path, raw, self.accepts)
        return self._outside(raw, name.lower(), int(port), protocol, path)

    def _outside(self, raw: object, name: str, port: int, protocol: str | None, path: str) -> Result:
        wildcard = name.startswith("*.")
        chosen = protocol or (HTTP if port == HTTP_PORT else TLS)
        if not re.fullmatch(HOST.pattern, name.removeprefix("*.")):
            rule = "must be a whole host name; a star may stand for its first label"
            return refuse(path, raw, self.accepts, hint=f"{rule}, such as *.example.org:443")
        if not 1 <= port <= MOST_PORT or port == DNS_PORT:
            hint = "names are resolved by the gate alone" if port == DNS_PORT else "name:443"
            rule = f"must have a port from 1 to {MOST_PORT} other than {DNS_PORT}"
            return None, [Finding(path=path, value=raw, rule=rule, hint=hint)]
        if chosen not in PROTOCOLS:
            return refuse(path, raw, f"followed by one of {', '.join('/' + each for each in PROTOCOLS)}, or nothing")
        if wildcard and chosen == TCP:
            rule = "a protocol that names no host leads to one name alone"
            return None, [Finding(path=path, value=raw, rule=rule, hint="write the whole name")]
        return Destination(name=name, port=port, protocol=chosen), []


class _NetworkKind:
    """A network in CIDR notation."""

    accepts = "a network such as 10.20.0.0/16"

    def read(self, raw: object, path: str) -> Result:
        """Return the network as it is usually written."""
        try:
            network = ipaddress.ip_network(raw) if isinstance(raw, str) and "/" in raw else None
        except ValueError:
            network = None
        return refuse(path, raw, self.accepts) if network is None else (str(network), [])


DESTINATION, CIDR = _DestinationKind(), _NetworkKind()


@dataclass(frozen=True, kw_only=True)
class Egress:
    """The list of a service."""

    mode: str = key(
        Choice(choices=(ENFORCE, OBSERVE)),
        "enforce closes everything else; observe lets it out and tells what would be closed",
        default=ENFORCE,
        example=OBSERVE,
    )
    allow: tuple[Destination, ...] = key(
        ListOf(entry=DESTINATION),
        "names with their ports (TLS by default, /http, /tcp), and services of the Compose file",
        example="[api.example.org:443, postgres]",
    )
    private: tuple[str, ...] = key(
        ListOf(entry=CIDR),
        "networks that are not the internet's and that these names may lead to",
        default=(),
        example="[10.20.0.0/16]",
    )


class _EgressKind:
    """A list, which is enforced, or a mapping that says more."""

    shape = Section(shape=Egress)
    accepts = "a list of names with ports, or {mode, allow, private}"

    def read(self, raw: object, path: str) -> Result:
        """Return the list."""
        if isinstance(raw, Mapping):
            return self.shape.read(raw, path)
        if isinstance(raw, Sequence) and not isinstance(raw, str):
            allow, findings = ListOf(entry=DESTINATION).read(raw, path)
            return (None if allow is None else Egress(allow=allow)), findings
        return refuse(path, raw, self.accepts)


EGRESS = _EgressKind()


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The gate through which services with a list go out."""

    pool: str = key(
        CIDR,
        "where their networks get addresses from, a /24 each; IPv4, nothing else of the host's may use it",
        default="10.213.0.0/16",
        example="10.99.0.0/16",
    )
