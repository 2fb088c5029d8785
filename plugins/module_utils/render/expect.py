# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as what a live host must show: the input of the verify module, without any secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import engine, firewall, sshd, volume
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup import SERVER
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import whole
from ansible_collections.holdfast.host.plugins.module_utils.render import backup, checklist, egress
from ansible_collections.holdfast.host.plugins.module_utils.render.confined import confined


def _pooler(plan: Mapping[str, Any]) -> Mapping[str, Any] | None:
    postgres = plan["stores"]["postgres"]
    found: Mapping[str, Any] | None = postgres["pooler"] if postgres else None
    return found


def containers(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each service of each project with the image, count, memory limit and labels that its containers have."""
    rows = plan["budget"]["rows"]
    # A service may be called edge, system or free, as those rows are.
    parts = {"store": "stores", "service": "app"}
    own = {(parts[row["group"]], row["who"]): row["each_bytes"] for row in rows if row["group"] in parts}
    own["edge", "nginx"] = plan["edge"]["limit_bytes"]
    if plan["backup"]:
        own["stores", SERVER] = plan["backup"]["limit_bytes"]
    pooler = _pooler(plan)
    if pooler:
        own["stores", pooler["service"]] = pooler["limit_bytes"]
    return [
        {
            "project": project["name"],
            "service": name,
            "image": service["image"],
            "replicas": service["deploy"].get("replicas", 1),
            "memory_bytes": own[part, name],
            # Compose makes one dollar of two before it sets them.
            "labels": {key: str(value).replace("$$", "$") for key, value in service.get("labels", {}).items()},
            "once": service["restart"] == "no",
            "confined": confined(service),
        }
        for part, project in plan["projects"].items()
        for name, service in project["services"].items()
    ]


def _routes(plan: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"host": server["host"], "path": location["quiet_path"] or location["path"], "service": location["service"]}
        for server in plan["edge"]["servers"]
        for location in server["locations"]
    ]


def _machine(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "egress": egress.expected(plan),
        "sshd": sshd.expected(plan["hardening"]["sshd"]),
        "firewall": firewall.expected(plan["firewall"]),
        "engine": engine.expected(plan["engine"]),
        "hardening": whole.expected(plan["hardening"]),
        "volume": volume.expected(plan["volume"]),
        "backup": backup.expected(plan),
    }


def expect(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return containers, settings of the stores, routes and open ports as verify compares them with the host."""
    postgres, redis = plan["stores"]["postgres"], plan["stores"]["redis"]
    project, pooler = plan["projects"]["stores"]["name"], _pooler(plan)
    return {
        "controllers": plan["host"]["controllers"],
        "containers": containers(plan),
        "postgres": postgres
        and {
            "project": project,
            "service": postgres["service"],
            "superuser": postgres["superuser"],
            "settings": {each["name"]: each["value"] for each in postgres["settings"]},
        },
        "pooler": pooler
        and {
            "project": project,
            "service": pooler["service"],
            "server": pooler["server"],
            "databases": pooler["databases"],
            "roles": [role["name"] for role in postgres["roles"]],
            "settings": {each["name"]: each["value"] for each in pooler["settings"]},
        },
        "redis": redis
        and {
            "project": project,
            "service": redis["service"],
            "auth": redis["secret"] is not None,
            "settings": {each["name"]: each["value"] for each in redis["settings"]},
        },
        "routes": _routes(plan),
        **_machine(plan),
        "access_log": plan["access_log"]["settings"] if plan["edge"]["servers"] else None,
        "checklist": checklist.expected(plan),
        "kernel": {each["name"]: each["value"] for each in plan["kernel"]["settings"]},
        "ports": [{"port": port["port"], "protocol": port["protocol"]} for port in plan["ports"]],
    }
