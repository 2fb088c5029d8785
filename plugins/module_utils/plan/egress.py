# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Services that may reach a list of names alone: their networks, their gate, and what the gate lets through.

Such a service has a network of its own to the gate, one for the stores and services of its list, and one for each other
limited service that it shares something with: a common network would give each of them what only one of them may reach.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import ENFORCE, NAMES_DOOR, OBSERVE, Limited
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.check_egress import PREFIX
from ansible_collections.holdfast.host.plugins.module_utils.spec.egress import Egress
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB

# What the gate may use: 30 MiB and 64 KiB for each of its 1,000 connections.
GATE_BYTES = 96 * MIB
# What is not the internet's (IANA's special-purpose registries): this host and network, private, shared, link-local
# with the clouds' metadata, benchmarks, multicast, and what carries an IPv4 address within an IPv6 one.
CLOSED = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    "::/8", "64:ff9b::/32", "2002::/16", "fc00::/7", "fe80::/9", "ff00::/8",
)  # fmt: skip
# What the bridges' names begin with, which the packet filter goes by. An interface has 15 characters.
BRIDGES = {ENFORCE: "hfe", OBSERVE: "hfo", "inside": "hfi"}
WAY_OUT = {ENFORCE: "egress", OBSERVE: "observe"}


def limited(wish: Wish) -> dict[str, Egress]:
    """Return the lists by service."""
    apps = wish.apps()
    return {name: each.egress for name, each in sorted(wish.stack.services.items()) if each.egress and name in apps}


def gate_bytes(wish: Wish) -> int:
    """Return the RAM that the gate may use, 0 where nothing needs one."""
    return GATE_BYTES if limited(wish) else 0


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _network(stack: str, key: str, kind: str, members: Iterable[str], *, edge: bool = False) -> dict[str, Any]:
    name = f"{stack}-{key.removeprefix('holdfast-')}"
    return {
        "key": key,
        "name": name,
        "bridge": f"{BRIDGES[kind]}{_hash(name)[:8]}",
        "internal": kind != OBSERVE,
        "members": sorted(members),
        "edge": edge,
        "subnet": None,
        "gateway": None,
    }


def _inside(wish: Wish, lists: Mapping[str, Egress], name: str) -> set[str]:
    """Return the services of the stack that one may reach; an observed one all that do not refuse it."""
    if lists[name].mode == ENFORCE:
        return {each.name for each in lists[name].allow if each.inside and each.name in wish.project.services} - {name}
    closed = {other for other, egress in lists.items() if egress.mode == ENFORCE}
    return set(wish.project.services) - closed - {name}


def _networks(wish: Wish, lists: Mapping[str, Egress]) -> list[dict[str, Any]]:
    stack, found = wish.stack.name, []
    inside = {name: _inside(wish, lists, name) for name in lists}
    for name, egress in lists.items():
        found.append(_network(stack, f"holdfast-{WAY_OUT[egress.mode]}-{name}", egress.mode, [name]))
        peers, routed = inside[name] - set(lists), bool(wish.stack.services[name].routes)
        if peers or routed:
            found.append(_network(stack, f"holdfast-inside-{name}", "inside", [name, *peers], edge=routed))
    links = {tuple(sorted((name, other))) for name in lists for other in inside[name] & set(lists)}
    return found + [
        _network(stack, f"holdfast-link-{one}-{other}", "inside", [one, other]) for one, other in sorted(links)
    ]


def _addressed(networks: list[dict[str, Any]], pool: str) -> list[dict[str, Any]]:
    """Return the networks, those to the gate with a subnet. Which one follows from the name: others do not move it."""
    whole = ipaddress.ip_network(pool)
    room = 2 ** max(0, PREFIX - whole.prefixlen)
    taken: set[int] = set()
    for each in networks:
        if each["bridge"].startswith(BRIDGES["inside"]):
            continue
        slot = int(_hash(each["name"])[:8], 16) % room
        while slot in taken and len(taken) < room:
            slot = (slot + 1) % room
        taken.add(slot)
        subnet = ipaddress.ip_network((int(whole.network_address) + slot * 2 ** (32 - PREFIX), PREFIX))
        each |= {"subnet": str(subnet), "gateway": str(subnet[1])}
    return networks


def _service(wish: Wish, name: str, egress: Egress, own: Mapping[str, Any]) -> dict[str, Any]:
    allow = [
        {"name": each.name, "port": each.port, "protocol": each.protocol} for each in egress.allow if not each.inside
    ]
    # Every name by which something of the stack is known is the engine's to answer.
    inside = {other for service in wish.project.services for other in (service, *wish.aliases(service))}
    found: dict[str, Any] = {
        "name": name,
        "mode": egress.mode,
        "network": own["name"],
        "bridge": own["bridge"],
        "gateway": own["gateway"],
        "allow": allow,
        "inside": sorted(each.lower() for each in inside),
        "private": list(egress.private),
    }
    doors = Limited.of(found).doors().items() if egress.mode == ENFORCE else ()
    return found | {"doors": [{"port": port, "door": door} for port, door in doors], "names_door": NAMES_DOOR}


def part(wish: Wish) -> dict[str, Any]:
    """Return the plan's part: services, networks, closed addresses, and a digest of it all."""
    lists = limited(wish)
    networks = _addressed(_networks(wish, lists), wish.stack.egress.pool)
    own = {each["members"][0]: each for each in networks if each["gateway"]}
    services = [_service(wish, name, egress, own[name]) for name, egress in lists.items()]
    private = sorted({network for egress in lists.values() for network in egress.private})
    found = {"services": services, "networks": networks, "closed": list(CLOSED), "private": private}
    found["memory_bytes"] = GATE_BYTES
    return found | {"digest": _hash(json.dumps(found, sort_keys=True))[:16]}
