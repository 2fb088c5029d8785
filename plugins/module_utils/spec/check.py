# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Does the declaration fit the Compose file? Every contradiction is a finding; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project, Service
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.spec import check_egress
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT, Stack
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import declared

RESERVED = "holdfast-"
BRIDGE = "bridge"
EDGE_PORTS = {80: "HTTP of the edge", 443: "HTTPS of the edge"}


def check(stack: Stack, project: Project) -> list[Finding]:
    """Return every contradiction between a declaration and the Compose project it names."""
    checks = (
        _stores,
        _services,
        _routes,
        _statics,
        _route_ports,
        _images,
        _ports,
        _host_network,
        _drivers,
        _foreign,
        _reserved,
        _tls,
        check_egress.check,
    )
    return [finding for each in checks for finding in each(stack, project)]


def declared_stores(stack: Stack) -> dict[str, str]:
    """Return the Compose service by kind of store."""
    return {kind: store.service for kind, store in declared(stack.stores).items()}


def _absent(name: str, path: str, project: Project) -> Finding:
    if name in project.disabled:
        hint = f"enable its profile: {ROOT}.profiles"
        return Finding(path=path, value=name, rule="must be a service that is enabled", hint=hint)
    rule = "must be a service of the Compose file"
    return Finding(path=path, value=name, rule=rule, hint=nearest(name, project.services))


def _stores(stack: Stack, project: Project) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for kind, name in declared_stores(stack).items():
        path = f"{ROOT}.stores.{kind}.service"
        if name not in project.services:
            yield _absent(name, path, project)
        if name in seen:
            rule = f"one service is one store; {seen[name]} takes it already"
            yield Finding(path=path, value=name, rule=rule, hint="name the service that is this store")
        seen[name] = kind


def _services(stack: Stack, project: Project) -> Iterator[Finding]:
    stores = {service: kind for kind, service in declared_stores(stack).items()}
    for name in stack.services:
        path = f"{ROOT}.services.{name}"
        if name in stores:
            rule = f"is a store; what is said of it stands under stores.{stores[name]}"
            yield Finding(path=path, value=name, rule=rule, hint=f"move it to {ROOT}.stores.{stores[name]}")
        elif name not in project.services:
            yield _absent(name, path, project)


def _routes(stack: Stack, _project: Project) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for name, service in stack.services.items():
        for index, route in enumerate(service.routes):
            path = f"{ROOT}.services.{name}.routes[{index}]"
            if route.admin and not stack.access.admin_from:
                rule, hint = "nobody could reach it: no address is an administrator's", f"{ROOT}.access.admin_from"
                yield Finding(path=f"{path}.admin", value=True, rule=rule, hint=hint)
            address = (route.host, route.path)
            if address in seen:
                rule = f"one address leads to one service; {seen[address]} has it already"
                yield Finding(
                    path=path, value="".join(address), rule=rule, hint="give one of them another host or path"
                )
            seen[address] = name


def _statics(stack: Stack, _project: Project) -> Iterator[Finding]:
    """Yield static paths that another route's or static path of the same host is: nginx takes each path once."""
    routes = [(name, index, route) for name, each in stack.services.items() for index, route in enumerate(each.routes)]
    seen = {(route.host, route.path): "a route" for _, _, route in routes}
    for name, index, route in routes:
        if route.static is None:
            continue
        where = (route.host, route.static.path)
        if where in seen:
            yield Finding(
                path=f"{ROOT}.services.{name}.routes[{index}].static.path",
                value=route.static.path,
                rule=f"one path of a host has one meaning; {seen[where]} of {route.host} has it already",
                hint="say static once for a path, and give it a longer path than its route, such as /static/",
            )
        seen[where] = f"the static path of {name}"


def container_ports(service: Service) -> list[int]:
    """Return the TCP ports that a Compose service names: published or exposed, each once, in order."""
    ports = [port.target for port in service.ports if port.protocol == "tcp"]
    exposed = [int(str(port).split("/")[0]) for port in service.extra.get("expose", ()) if "-" not in str(port)]
    return list(dict.fromkeys(ports + exposed))


def _route_ports(stack: Stack, project: Project) -> Iterator[Finding]:
    for name, service in stack.services.items():
        known = container_ports(project.services[name]) if name in project.services else None
        for index, route in enumerate(service.routes):
            if known is None or route.port is not None or len(known) == 1:
                continue
            found = ", ".join(map(str, known)) or "none"
            yield Finding(
                path=f"{ROOT}.services.{name}.routes[{index}].port",
                rule=f"required where the Compose service does not have just one port (it has: {found})",
                hint="port: the port the process listens on inside the container",
            )


def _images(stack: Stack, project: Project) -> Iterator[Finding]:
    stores = set(declared_stores(stack).values())
    for name, service in project.services.items():
        given = stack.services[name].image if name in stack.services else None
        if service.image or given or name in stores:
            continue
        yield Finding(
            path=f"{ROOT}.services.{name}.image",
            rule="required: the Compose file builds it, and a server runs images that were built and pushed before",
            hint=f"image: registry.example.org/{stack.name}/{name}:1.0",
        )


def _ports(stack: Stack, project: Project) -> Iterator[Finding]:
    taken = EDGE_PORTS | dict.fromkeys(stack.access.ssh_ports, "SSH")
    seen = {(port, "tcp"): owner for port, owner in taken.items()}
    for name, service in stack.services.items():
        for index, port in enumerate(service.ports):
            path = f"{ROOT}.services.{name}.ports[{index}].port"
            where = (port.port, port.protocol)
            if where in seen:
                rule = f"one port of the host has one owner; it belongs to {seen[where]}"
                yield Finding(path=path, value=port.port, rule=rule, hint="choose another port of the host")
            seen[where] = f"service {name}"
            replicas = service.replicas or (project.services[name].replicas if name in project.services else 1)
            if replicas > 1:
                rule = f"a published port reaches one container; the service has {replicas}"
                yield Finding(path=path, value=port.port, rule=rule, hint="use a route, or one replica")


def _host_network(_stack: Stack, project: Project) -> Iterator[Finding]:
    for name, service in project.services.items():
        if service.network_mode is not None:
            yield Finding(
                path=f"compose.services.{name}.network_mode",
                value=service.network_mode,
                rule="services sit on the stack's own networks, where nothing is reachable that was not declared",
                hint="remove network_mode; publish what has to be reached by routes or ports",
            )


def _drivers(_stack: Stack, project: Project) -> Iterator[Finding]:
    """Yield networks of another kind than bridges: their packets pass the host by, and its rules with it."""
    for name, network in project.networks.items():
        if network.get("driver") not in (None, "", BRIDGE):
            yield Finding(
                path=f"compose.networks.{name}.driver",
                value=network["driver"],
                rule="must be bridge: no rule of the host sees the packets of a container on another kind of network",
                hint="remove driver; publish what has to be reached by routes or ports",
            )


def _foreign(_stack: Stack, project: Project) -> Iterator[Finding]:
    sections = {
        "networks": project.networks,
        "volumes": project.volumes,
        "secrets": project.secrets,
        "configs": project.configs,
    }
    for section, entries in sections.items():
        for name, entry in entries.items():
            source = next((key for key in ("external", "environment") if entry.get(key)), None)
            if source is not None:
                rule = "must come with the Compose file: nothing on a new host provides it"
                hint = "use a file beside the Compose file, a variable under secrets, or an entry of its own"
                yield Finding(path=f"compose.{section}.{name}.{source}", value=entry[source], rule=rule, hint=hint)


def _reserved(_stack: Stack, project: Project) -> Iterator[Finding]:
    """Yield keys that the rendered projects give to their own networks and volumes."""
    for section, entries in {"networks": project.networks, "volumes": project.volumes}.items():
        for name in entries:
            if name.startswith(RESERVED):
                rule = f"names that begin with {RESERVED} are the platform's own"
                yield Finding(path=f"compose.{section}.{name}", value=name, rule=rule, hint="give it another name")


def _tls(stack: Stack, _project: Project) -> Iterator[Finding]:
    if stack.tls.mode != "files":
        return
    for name in ("certificate", "key"):
        if getattr(stack.tls, name) is None:
            yield Finding(
                path=f"{ROOT}.tls.{name}", rule="required with mode: files", hint=f"{name}: tls/{name}.pem, PEM"
            )
