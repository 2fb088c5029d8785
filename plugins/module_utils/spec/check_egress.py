# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Does a list of what a service may reach fit the Compose file, and does nothing lead around it?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.compose.sockets import holds_socket, host_path
from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import TCP
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.spec.egress import Egress
from ansible_collections.holdfast.host.plugins.module_utils.spec.services import Service
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT, Stack

# A /24 has room for 250 containers of one service.
PREFIX = 24
# Compose keys that let a container around its networks, with the values that do; None for any that is not empty.
LOOPHOLES = (
    ("privileged", (True,), "it owns the machine, and with it every network"),
    ("pid", ("host",), "it sees the machine's processes, and their networks"),
    ("cap_add", ("ALL", "NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE"), "it may change its networks"),
    ("devices", None, "a device of the machine may lead anywhere"),
)


def check(stack: Stack, project: Project) -> Iterator[Finding]:
    """Yield every contradiction of the lists."""
    limited = {name: each.egress for name, each in stack.services.items() if each.egress is not None}
    yield from _pool(stack, len(limited))
    for name, egress in limited.items():
        path = f"{ROOT}.services.{name}"
        yield from _inside(path, name, egress, project)
        yield from _ports(path, egress)
        yield from _published(path, stack.services[name])
        if name in project.services:
            yield from _loopholes(name, stack.services[name], project)


def _pool(stack: Stack, count: int) -> Iterator[Finding]:
    pool = ipaddress.ip_network(stack.egress.pool)
    room = 2 ** (PREFIX - pool.prefixlen) if pool.version == 4 and pool.prefixlen <= PREFIX else 0
    # A service that goes from observe to enforce has both of its networks for a while.
    if room < 2 * count or not room:
        rule = f"must be an IPv4 network with two /{PREFIX} for each of {count} services with a list"
        yield Finding(path=f"{ROOT}.egress.pool", value=stack.egress.pool, rule=rule, hint="for example 10.99.0.0/16")


def _inside(path: str, name: str, egress: Egress, project: Project) -> Iterator[Finding]:
    for index, each in enumerate(egress.allow):
        if not each.inside or each.name in project.services:
            continue
        hint = nearest(each.name, project.services) or f"give a name of the world its port: {each.name}:443"
        rule = "must be a service of the Compose file where it has no port"
        yield Finding(path=f"{path}.egress.allow[{index}]", value=each.name, rule=rule, hint=hint)
    if name in {each.name for each in egress.allow if each.inside}:
        rule = "a service reaches its own containers anyway"
        yield Finding(path=f"{path}.egress.allow", value=name, rule=rule, hint="take it out of the list")


def _ports(path: str, egress: Egress) -> Iterator[Finding]:
    """Yield ports on which names could not be told apart."""
    seen: dict[int, tuple[str, str]] = {}
    for index, each in enumerate(egress.allow):
        if each.inside:
            continue
        name, protocol = seen.setdefault(each.port, (each.name, each.protocol))
        both_tcp = TCP in (protocol, each.protocol) and name != each.name
        if protocol != each.protocol or both_tcp:
            rule = (
                f"one port has one protocol, and one name where that is tcp; {name} has {each.port}/{protocol} already"
            )
            hint = "write both as tls or http where they are, or leave one out"
            yield Finding(path=f"{path}.egress.allow[{index}]", value=each.name, rule=rule, hint=hint)


def _published(path: str, service: Service) -> Iterator[Finding]:
    if service.ports:
        rule = "a service with a list of what it may reach sits on internal networks, which publish no port"
        yield Finding(path=f"{path}.ports", value=len(service.ports), rule=rule, hint="give it a route")


def _loopholes(name: str, declared: Service, project: Project) -> Iterator[Finding]:
    service = project.services[name]
    for key, values, why in LOOPHOLES:
        given = service.extra.get(key)
        each = given if isinstance(given, list) else [given] if given else []
        # Capabilities may be written with CAP_ before them.
        found = [
            one
            for one in each
            if values is None or (str(one).upper().removeprefix("CAP_") in map(str.upper, map(str, values)))
        ]
        if found:
            rule = f"a service with a list of what it may reach must not have it: {why}"
            yield Finding(
                path=f"compose.services.{name}.{key}", value=found[0], rule=rule, hint="remove it, or the list"
            )
    for mount in service.volumes:
        shown = host_path(mount, project.volumes)
        if holds_socket(shown) and declared.mounts.get(mount.target) != "drop":
            rule = (
                "a service with a list of what it may reach must not have it: the engine starts containers without one"
            )
            drops = f"{ROOT}.services.{name}.mounts: {{{mount.target}: drop}}"
            hint = drops if mount.type == "bind" else "remove it, or the list"
            yield Finding(path=f"compose.services.{name}.volumes", value=shown, rule=rule, hint=hint)
