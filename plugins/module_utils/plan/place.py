# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where the public enters: host names, paths and the services behind them, as the edge serves them."""

from __future__ import annotations

import hashlib
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.check import container_ports
from ansible_collections.holdfast.host.plugins.module_utils.spec.services import Health, Route
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import Stack
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB

HEALTH_PATH = "/health"
# Where the edge tells the host alone which configuration it runs.
STATUS_URL = "http://127.0.0.1:8081/config"
# A WebSocket may be silent for long; nginx counts the silence, not the connection.
WEBSOCKET_SECONDS = 3600


def alias(service: str, colour: str) -> str:
    """Return the name by which the edge reaches one colour of a service."""
    return f"{service}.{colour}"


def _location(name: str, port: int, route: Route, health: Health | None) -> dict[str, Any]:
    health_path = health.path if health else HEALTH_PATH
    return {
        "path": route.path,
        "upstream": f"{name}_{port}",
        "websocket": route.websocket,
        "admin": route.admin,
        "timeout_seconds": max(round(route.timeout), WEBSOCKET_SECONDS if route.websocket else 1),
        # Rounded up: to nginx 0 means no limit.
        "body_kib": -(-route.body // KIB),
        "static": None if route.static is None else {"path": route.static.path, "expires": route.static.expires},
        # A path that monitoring asks every few seconds would drown the access log.
        "quiet_path": health_path if route.path == "/" else None,
    }


def _loud(location: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the location without its quiet path where a longer route of the same host has that path."""
    quiet = location["quiet_path"]
    taken = quiet and any(quiet.startswith(other["path"]) for other in others if other["path"] != location["path"])
    return location | ({"quiet_path": None} if taken else {})


def _longest_first(location: dict[str, Any]) -> tuple[int, str]:
    path = str(location["path"])
    return -len(path), path


def edge_project(stack: str) -> str:
    """Return the name of the edge's Compose project."""
    return f"{stack}-edge"


def routes(wish: Wish, colour: str) -> dict[str, Any]:
    """Return the servers (host to locations, longest path first), the upstreams, and the certificate of the edge.

    tls.name: a fingerprint of the host names, for a certificate that is made for just these.
    """
    servers: dict[str, list[dict[str, Any]]] = {}
    upstreams: dict[str, dict[str, Any]] = {}
    for name, declared in wish.stack.services.items():
        service = wish.project.services.get(name)
        for route in declared.routes if service else ():
            port = route.port or _only_port(service)
            upstreams[f"{name}_{port}"] = {"name": f"{name}_{port}", "server": alias(name, colour), "port": port}
            location = _location(name, port, route, declared.health)
            servers.setdefault(route.host, []).append(location | {"service": name})
    for locations in servers.values():
        locations.sort(key=_longest_first)
    ordered: list[dict[str, Any]] = [
        {"host": host, "locations": [_loud(each, found) for each in found]} for host, found in sorted(servers.items())
    ]
    names = " ".join(sorted(servers))
    tls = vars(wish.stack.tls) | {"name": hashlib.sha256(names.encode()).hexdigest()[:16]}
    named = [upstreams[name] for name in sorted(upstreams)]
    shown = {"servers": ordered, "upstreams": named, "tls": tls, "status_url": STATUS_URL}
    access = wish.stack.access
    return shown | {"admin_from": list(access.admin_from), "proxies": list(access.proxies)}


def _only_port(service: Service | None) -> int:
    ports = container_ports(service) if service else []
    return ports[0] if ports else 0


def public_ports(stack: Stack) -> list[dict[str, Any]]:
    """Return every port that the host answers on because of this stack: the edge's and the declared ones."""
    found: list[dict[str, Any]] = []
    if any(service.routes for service in stack.services.values()):
        found += [{"port": port, "protocol": "tcp", "address": "0.0.0.0", "owner": "edge"} for port in (80, 443)]  # noqa: S104
    for name, service in stack.services.items():
        found += [
            {"port": port.port, "protocol": port.protocol, "address": port.address, "owner": name}
            for port in service.ports
        ]
    return found


def health_checks(wish: Wish) -> list[dict[str, Any]]:
    """Return how each application service is known to be well: name, replicas, and port and path where declared."""
    found = []
    for name, service in wish.apps().items():
        declared = wish.stack.services.get(name)
        health = declared.health if declared else None
        replicas = (declared.replicas if declared else None) or service.replicas
        check = {"name": name, "replicas": replicas, "port": None, "path": None}
        found.append(check | ({"port": health.port, "path": health.path} if health else {}))
    return found
