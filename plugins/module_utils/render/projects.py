# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as Compose projects: plain dicts that ``docker compose`` reads, and works with, without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import shipped
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import EDGE_IMAGE, STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.place import alias
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_files import DIRECTORY, REDIS_FILE
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import escape_all

STORES_NETWORK = "holdfast-stores"
EDGE_NETWORK = "holdfast-edge"
PIDS = 512
LOG_OPTIONS = {"max-size": "20m", "max-file": "5"}


def digest(value: Any) -> str:
    """Return a short fingerprint of a JSON-able value, the same for equal values in any order of keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def guarded(plan: Mapping[str, Any], limit_bytes: int | None, cpus: float | None, pids: int = PIDS) -> dict[str, Any]:
    """Return what every container carries: limits, log caps, no new privileges.

    A limit is left out where the kernel has no controller for it: the engine refuses such a CPU limit and drops the
    others with a warning at every start. verify tells of it.
    """
    wanted = {
        "memory": ("memory", str(limit_bytes)),
        "pids": ("pids", pids),
        "cpu": ("cpus", f"{cpus:g}" if cpus else None),
    }
    held = {name: wanted[name] for name in plan["host"]["controllers"] if name in wanted}
    limits = {key: value for key, value in held.values() if value is not None}
    return {
        "restart": "unless-stopped",
        "security_opt": ["no-new-privileges:true"],
        "logging": {"driver": "json-file", "options": dict(LOG_OPTIONS)},
        "deploy": {"resources": {"limits": limits}} if limits else {},
    }


def _logging(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a container's log goes; the caps are options of the drivers that write files, and of no other."""
    driver = asked.get("driver", "json-file")
    caps = LOG_OPTIONS if driver in ("json-file", "local") else {}
    options = caps | (asked.get("options") or {})
    return {"driver": driver} | ({"options": options} if options else {})


def _network(plan: Mapping[str, Any], key: str, *, external: bool, internal: bool = False) -> dict[str, Any]:
    name = f"{plan['name']}-{key.removeprefix('holdfast-')}"
    return {key: {"name": name} | ({"external": True} if external else {}) | ({"internal": True} if internal else {})}


def _postgres(plan: Mapping[str, Any]) -> dict[str, Any]:
    store = plan["stores"]["postgres"]
    extensions = {name for database in store["databases"] for name in database["extensions"]}
    images = STORES["postgres"].images
    image = images["vector" if "vector" in extensions else ""].format(version=store["version"])
    # From 18 on the official image keeps its data one level up, so that an upgrade can link instead of copy.
    data = "/var/lib/postgresql" if store["version"] >= 18 else "/var/lib/postgresql/data"
    secret = store["superuser_secret"]
    return guarded(plan, store["limit_bytes"], store["cpus"]) | {
        "image": image,
        "command": ["postgres", "-c", "config_file=/etc/postgresql/postgresql.conf"],
        "environment": {
            "POSTGRES_USER": store["superuser"],
            "POSTGRES_DB": "postgres",
            "POSTGRES_PASSWORD_FILE": f"/run/secrets/{secret}",
            "POSTGRES_INITDB_ARGS": "--data-checksums --auth-host=scram-sha-256",
            "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
        },
        "secrets": [secret],
        "volumes": [f"postgres-data:{data}", "/etc/holdfast/stores/postgres:/etc/postgresql:ro"],
        "networks": [STORES_NETWORK],
        # Over TCP: while the image initialises the cluster, a first server answers on the socket alone.
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", store["superuser"], "-d", "postgres"],
            "interval": "5s",
            "timeout": "5s",
            "retries": 12,
            "start_period": "60s",
        },
        "shm_size": str(max(64 * 1024 * 1024, store["limit_bytes"] // 8)),
        # A shutdown writes a checkpoint: as long as max_wal_size on a slow disk may take.
        "stop_grace_period": "120s",
        "labels": {"holdfast.config": digest(store["settings"])},
    }


def _redis(plan: Mapping[str, Any]) -> dict[str, Any]:
    store = plan["stores"]["redis"]
    auth = 'REDISCLI_AUTH="$$(cut -d " " -f 2 /run/secrets/redis_auth)" ' if store["secret"] else ""
    return (
        guarded(plan, store["limit_bytes"], store["cpus"])
        | {
            "image": STORES["redis"].images[""].format(version=store["version"]),
            "command": ["redis-server", "/usr/local/etc/redis/redis.conf"],
            "volumes": ["redis-data:/data", "/etc/holdfast/stores/redis:/usr/local/etc/redis:ro"],
            "networks": [STORES_NETWORK],
            "healthcheck": {
                "test": ["CMD-SHELL", f"{auth}redis-cli ping | grep -q PONG"],
                "interval": "5s",
                "timeout": "5s",
                "retries": 12,
                "start_period": "30s",
            },
            "stop_grace_period": "60s",
            "labels": {"holdfast.config": digest(store["settings"])},
        }
        | ({"secrets": ["redis_auth"]} if store["secret"] else {})
    )


def _own(plan: Mapping[str, Any], wish: Wish, name: str, limit_bytes: int, cpus: float | None) -> dict[str, Any]:
    """Return a Compose service of the user's as the server runs it, without its networks."""
    service = wish.project.services[name]
    # Long form, and every dollar doubled: it was interpolated once already.
    base = service.as_compose()
    for key in ("build", "ports", "profiles", "networks", "depends_on", "volumes", "environment", "container_name"):
        base.pop(key, None)
    guard = guarded(plan, limit_bytes, cpus, service.limits.pids or PIDS)
    asked = base.pop("deploy", {})
    kept = {key: value for key, value in asked.items() if key not in ("resources", "replicas", "restart_policy")}
    image = plan["images"][name]
    merged: dict[str, Any] = guard | base | {"image": image, "deploy": guard["deploy"] | kept}
    merged["logging"] = _logging(base.get("logging") or {})
    merged["security_opt"] = list(dict.fromkeys([*guard["security_opt"], *base.get("security_opt", [])]))
    environment = plan["environment"].get(name, {})
    volumes = shipped.mounts(wish, name)
    mounted = shipped.digest(wish, name)
    if mounted:
        merged["labels"] = {**merged.get("labels", {}), "holdfast.files": mounted}
    return merged | ({"environment": environment} if environment else {}) | ({"volumes": volumes} if volumes else {})


def _volumes(wish: Wish, names: list[str]) -> dict[str, Any]:
    used = {mount.source for name in names for mount in wish.project.services[name].volumes if mount.type == "volume"}
    # Named by the stack, not by the colour: both colours work on the same data.
    return {
        key: escape_all(wish.project.volumes.get(key, {})) | {"name": f"{wish.stack.name}_{key}"}
        for key in sorted(each for each in used if each)
    }


def stores(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the project of the stores: reachable on the stack's internal network under their Compose names alone."""
    services: dict[str, Any] = {}
    volumes: dict[str, Any] = {}
    secrets: dict[str, Any] = {}
    postgres, redis = plan["stores"]["postgres"], plan["stores"]["redis"]
    if postgres:
        services[postgres["service"]] = _postgres(plan)
        volumes["postgres-data"] = {"name": f"{plan['name']}_postgres-data"}
        secrets[postgres["superuser_secret"]] = {"file": f"{DIRECTORY}/{postgres['superuser_secret']}"}
    if redis:
        services[redis["service"]] = _redis(plan)
        volumes["redis-data"] = {"name": f"{plan['name']}_redis-data"}
        if redis["secret"]:
            secrets["redis_auth"] = {"file": REDIS_FILE}
    carried = [store["service"] for store in plan["stores"]["carried"]]
    for store in plan["stores"]["carried"]:
        own = _own(plan, wish, store["service"], store["limit_bytes"], store["cpus"])
        services[store["service"]] = own | {"networks": [STORES_NETWORK]}
    project = {
        "name": f"{plan['name']}-stores",
        "services": services,
        "networks": _network(plan, STORES_NETWORK, external=False, internal=True),
        "volumes": volumes | _volumes(wish, carried),
    }
    own = shipped.sections(wish, carried)
    secrets |= own.pop("secrets", {})
    return project | own | ({"secrets": secrets} if secrets else {})


def app(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the project of the application in the plan's colour."""
    rows = {row["who"]: row for row in plan["budget"]["rows"] if row["group"] == "service"}
    apps = wish.apps()
    routed = {location["service"] for server in plan["edge"]["servers"] for location in server["locations"]}
    once = {
        other
        for service in apps.values()
        for other, dependency in service.depends_on.items()
        if dependency.condition == "service_completed_successfully"
    }
    services = {}
    for name, service in apps.items():
        row = rows[name]
        own = _own(plan, wish, name, row["each_bytes"], row["cpus"])
        networks: dict[str, Any] = {key: dict(value) or None for key, value in service.networks.items()} or {
            "default": None
        }
        networks[STORES_NETWORK] = None
        if name in routed:
            networks[EDGE_NETWORK] = {"aliases": [alias(name, plan["colour"])]}
        depends = {other: each.as_compose() for other, each in service.depends_on.items() if other in apps}
        declared = wish.stack.services.get(name)
        ports = (
            [f"{port.address}:{port.port}:{port.target}/{port.protocol}" for port in declared.ports] if declared else []
        )
        services[name] = own | {"networks": networks} | ({"depends_on": depends} if depends else {})
        if name in once and service.restart is None:
            services[name]["restart"] = "no"
        if ports:
            services[name]["ports"] = ports
        if row["count"] > 1:
            services[name]["deploy"] = services[name]["deploy"] | {"replicas": row["count"]}
    used = {key for service in services.values() for key in service["networks"]}
    named = {key: escape_all(value) for key, value in wish.project.networks.items() if key in used and key != "default"}
    networks = named | _network(plan, STORES_NETWORK, external=True) | _network(plan, EDGE_NETWORK, external=True)
    project = {"name": f"{plan['name']}-{plan['colour']}", "services": services, "networks": networks}
    volumes = _volumes(wish, list(apps))
    return project | shipped.sections(wish, list(apps)) | ({"volumes": volumes} if volumes else {})


def edge(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project of the edge: nginx, the one container with ports 80 and 443."""
    service = guarded(plan, plan["edge"]["limit_bytes"], None) | {
        "image": EDGE_IMAGE,
        "command": ["nginx", "-c", "/etc/edge/nginx.conf", "-g", "daemon off;"],
        "ports": [f"{port['port']}:{port['port']}" for port in plan["ports"] if port["owner"] == "edge"],
        "volumes": ["/etc/holdfast/edge/nginx:/etc/edge:ro", "/etc/holdfast/edge/tls:/etc/edge-tls:ro"],
        "networks": [EDGE_NETWORK],
        "healthcheck": {
            "test": ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8081/config"],
            "interval": "5s",
            "timeout": "5s",
            "retries": 6,
        },
        "stop_signal": "SIGQUIT",
        "stop_grace_period": "65s",
    }
    networks = _network(plan, EDGE_NETWORK, external=False)
    return {"name": f"{plan['name']}-edge", "services": {"nginx": service}, "networks": networks}


def projects(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the three Compose projects of a plan: stores, app, edge. Values are plain and YAML-able."""
    return {"stores": stores(plan, wish), "app": app(plan, wish), "edge": edge(plan)}
