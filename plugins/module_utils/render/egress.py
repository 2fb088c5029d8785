# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What of the Compose projects is otherwise where a service may reach a list of names alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import OBSERVE
from ansible_collections.holdfast.host.plugins.module_utils.render.parts import network

# Who asks first is Docker, which knows the stack's names; who asks next is the gate, which knows all others.
RESOLV = "nameserver 127.0.0.11\nnameserver {gateway}\noptions ndots:0\n"
DIRECTORY = "/etc/holdfast/egress/resolv"


def limits(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the plan's services with a list by name."""
    return {each["name"]: each for each in plan["egress"]["services"]}


def memberships(plan: Mapping[str, Any], name: str, aliases: Sequence[str] = ()) -> dict[str, Any]:
    """Return a service's entries in networks that are there for lists. aliases: its names besides its key."""
    own = [each for each in plan["egress"]["networks"] if name in each["members"]]
    return {each["key"]: {"aliases": list(aliases)} if aliases and not each["gateway"] else None for each in own}


def edge_networks(plan: Mapping[str, Any]) -> list[str]:
    """Return the networks on which the edge reaches routed services with a list."""
    return [each["key"] for each in plan["egress"]["networks"] if each["edge"]]


def declared(plan: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return the entries of those of these networks that are there for lists; the role egress makes them."""
    own = {each["key"] for each in plan["egress"]["networks"]}
    found: dict[str, Any] = {}
    for key in keys:
        found |= network(plan, key, external=True) if key in own else {}
    return found


def _hosts(given: object) -> list[str]:
    """Return Compose's extra_hosts as a list, whichever form they have."""
    if isinstance(given, Mapping):
        return [f"{name}:{address}" for name, address in given.items()]
    return [str(each) for each in given] if isinstance(given, (list, tuple)) else []


def service(plan: Mapping[str, Any], rendered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a service with a list that its definition has besides its networks. rendered: without them.

    plan: the service's part of the plan. An engine that forwards names for internal networks asks the gate, too.
    """
    found: dict[str, Any] = {"dns": [plan["gateway"]]}
    if plan["mode"] == OBSERVE:
        return found
    names = [each["name"] for each in plan["allow"] if not each["name"].startswith("*.")]
    hosts = _hosts(rendered.get("extra_hosts")) + [f"{name}:{plan['gateway']}" for name in dict.fromkeys(names)]
    mount = {
        "type": "bind",
        "source": f"{DIRECTORY}/{plan['name']}.conf",
        "target": "/etc/resolv.conf",
        "read_only": True,
    }
    found |= {"volumes": [*rendered.get("volumes", ()), mount]}
    return found | ({"extra_hosts": hosts} if hosts else {})


def files(plan: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the resolv.conf of each service whose list is enforced."""
    for name, each in limits(plan).items():
        if each["mode"] != OBSERVE:
            yield {"path": f"{DIRECTORY}/{name}.conf", "content": RESOLV.format(gateway=each["gateway"])}


def expected(plan: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what verify must find; None where no service has a list."""
    part = plan["egress"]
    if not part["services"]:
        return None
    keys = ("name", "bridge", "internal", "subnet")
    return {
        "digest": part["digest"],
        "project": plan["projects"]["app"]["name"],
        "networks": [{key: each[key] for key in keys} for each in part["networks"]],
        "observed": {name: each["bridge"] for name, each in limits(plan).items() if each["mode"] == OBSERVE},
        "members": {
            name: sorted(each["name"] for each in part["networks"] if name in each["members"]) for name in limits(plan)
        },
    }
