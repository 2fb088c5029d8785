# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Addresses and networks of a declaration, of both versions of IP."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Result, refuse


@dataclass(frozen=True, kw_only=True)
class Network:
    """An address or a network, read into its shortest form: 203.0.113.7/32 is 203.0.113.7."""

    accepts: str = "an address or a network such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"

    def read(self, raw: object, path: str) -> Result:
        """Return the network as text. A network with bits of a host set is refused: which of the two is meant?"""
        if not isinstance(raw, str):
            return refuse(path, raw, self.accepts)
        try:
            return shortest(ipaddress.ip_network(raw)), []
        except ValueError:
            return refuse(path, raw, self.accepts, _masked(raw))


def shortest(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    """Return a network as text, a single address without its length."""
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _masked(raw: str) -> str:
    try:
        return f"the network is {ipaddress.ip_network(raw, strict=False)}"
    except ValueError:
        return ""


NETWORK = Network()


def of_version(networks: Sequence[str], version: int) -> list[str]:
    """Return the networks of one version of IP (4 or 6), in their order and none inside another."""
    found = [ipaddress.ip_network(text) for text in networks]
    if version == 4:
        return [shortest(each) for each in ipaddress.collapse_addresses(n for n in found if n.version == 4)]
    return [shortest(each) for each in ipaddress.collapse_addresses(n for n in found if n.version == 6)]
