# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as Compose projects: plain dicts that ``docker compose`` reads, and works with, without us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import access_log, laptop, shipped
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import EDGE_IMAGE
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import SHARES_A_CPU
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.place import alias, edge_project
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import escape_all
from ansible_collections.holdfast.host.plugins.module_utils.render import egress
from ansible_collections.holdfast.host.plugins.module_utils.render.parts import (
    EDGE_NETWORK,
    STORES_NETWORK,
    managed,
    network,
    own,
    stamped,
    volumes,
)
from ansible_collections.holdfast.host.plugins.module_utils.render.pins import pinned
from ansible_collections.holdfast.host.plugins.module_utils.render.stores import stores

TEMPORARY = "holdfast-temporary"


def _networks(plan: Mapping[str, Any], wish: Wish, name: str, edge_names: list[str]) -> dict[str, Any]:
    """Return the networks of an application's service. edge_names: by which the edge reaches it, if it has a route."""
    service = wish.apps()[name]
    if name in egress.limits(plan):
        return egress.memberships(plan, name, [*wish.aliases(name), *edge_names])
    networks: dict[str, Any] = {key: dict(value) or None for key, value in service.networks.items()} or {
        "default": None
    }
    networks |= {STORES_NETWORK: None} if wish.stores() else {}
    networks |= {EDGE_NETWORK: {"aliases": edge_names}} if edge_names else {}
    return networks | egress.memberships(plan, name, wish.aliases(name))


def app(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the project of the application in the plan's colour."""
    rows = {row["who"]: row for row in plan["budget"]["rows"] if row["group"] == "service"}
    apps = wish.apps()
    routed = {location["service"] for server in plan["edge"]["servers"] for location in server["locations"]}
    once = laptop.runs_once(wish)
    limits = egress.limits(plan)
    services = {}
    for name, service in apps.items():
        row = rows[name]
        networks = _networks(plan, wish, name, [alias(name, plan["colour"])] if name in routed else [])
        depends = {other: each.as_compose() for other, each in service.depends_on.items() if other in apps}
        declared = wish.stack.services.get(name)
        ports = (
            [f"{port.address}:{port.port}:{port.target}/{port.protocol}" for port in declared.ports] if declared else []
        )
        services[name] = own(plan, wish, ("app", name), row["each_bytes"], row["cpus"]) | {"networks": networks}
        if name in limits:
            services[name] |= egress.service(limits[name], services[name])
        if depends:
            services[name]["depends_on"] = depends
        if name in once:
            services[name]["restart"] = "no"
        if ports:
            services[name]["ports"] = ports
        if row["count"] > 1:
            services[name]["deploy"] = services[name]["deploy"] | {"replicas": row["count"]}
    used = {key for service in services.values() for key in service["networks"]}
    named = {key: escape_all(value) for key, value in wish.project.networks.items() if key in used and key != "default"}
    for key in (STORES_NETWORK, EDGE_NETWORK):
        named |= network(plan, key, external=True) if key in used else {}
    named |= egress.declared(plan, sorted(used))
    project = {"name": f"{plan['name']}-{plan['colour']}", "services": services}
    project |= {"networks": named} if named else {}
    kept = volumes(wish, list(apps))
    return project | shipped.sections(wish, list(apps)) | ({"volumes": kept} if kept else {})


def edge(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project of the edge: nginx, the one container with ports 80 and 443; no service without a route."""
    name = edge_project(plan["name"])
    if not plan["edge"]["servers"]:
        return {"name": name, "services": {}}
    service = managed(plan, "nginx", ("edge", "nginx"), plan["edge"]["limit_bytes"], None) | {
        "image": EDGE_IMAGE,
        "command": ["nginx", "-c", "/etc/edge/nginx.conf", "-g", "daemon off;"],
        "ports": [f"{port['port']}:{port['port']}" for port in plan["ports"] if port["owner"] == "edge"],
        "volumes": [
            "/etc/holdfast/edge/nginx:/etc/edge:ro",
            "/etc/holdfast/edge/tls:/etc/edge-tls:ro",
            # Long bodies and answers wait there: on the disk, for a tmpfs would count as the container's memory.
            f"{TEMPORARY}:/var/cache/nginx",
            # On the host, where it outlives the container; what rotates it there tells nginx.
            f"{plan['access_log']['settings']['directory']}:{access_log.INSIDE}",
        ],
        "networks": [EDGE_NETWORK, *egress.edge_networks(plan)],
        "healthcheck": {
            "test": ["CMD", "curl", "-fsS", "-o", "/dev/null", plan["edge"]["status_url"]],
            "interval": "5s",
            "timeout": "5s",
            "retries": 6,
        },
        "stop_signal": "SIGQUIT",
        "stop_grace_period": "65s",
        "labels": {"holdfast.kind": "nginx"},
    }
    kept = {TEMPORARY: {"name": f"{name}_temporary"}}
    networks = network(plan, EDGE_NETWORK, external=False) | egress.declared(plan, egress.edge_networks(plan))
    return {"name": name, "services": {"nginx": service}, "networks": networks, "volumes": kept}


def projects(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the three Compose projects of a plan: stores, app, edge. Values are plain and YAML-able.

    A project may have no service; then there is nothing to run, and the host has no file of it.
    """
    rendered = {"stores": stores(plan, wish), "app": app(plan, wish), "edge": edge(plan)}
    weights = cpu_shares(plan)
    return {
        part: project
        | {
            "services": {
                name: stamped(
                    weights.get((part, name), {}) | service | {"image": pinned(service["image"], wish.stack.pins)}
                )
                for name, service in project["services"].items()
            }
        }
        for part, project in rendered.items()
    }


def cpu_shares(plan: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, int]]:
    """Return the Compose key of each service's weight of CPU time, by project and service; none without a controller.

    A service that says its own in the Compose file keeps it. The engine allows 2 and more.
    """
    if "cpu" not in plan["host"]["controllers"]:
        return {}
    pooler = ((plan["stores"]["postgres"] or {}).get("pooler") or {}).get("service", "")
    places = {"service": "app", "store": "stores", "pooler": "stores", "edge": "edge"}
    names = {"pooler": pooler, "edge": "nginx"}
    return {
        (places[row["group"]], names.get(row["group"], row["who"])): {
            "cpu_shares": max(2, row["cpu_weight"] * SHARES_A_CPU // 1000)
        }
        for row in plan["budget"]["rows"]
        if row["group"] in places
    }
