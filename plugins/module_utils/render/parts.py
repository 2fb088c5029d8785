# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the rendered projects have in common: guards, networks, and the user's own services and volumes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import confine, shipped
from ansible_collections.holdfast.host.plugins.module_utils.plan.confinement import pids
from ansible_collections.holdfast.host.plugins.module_utils.plan.engine import LOG_OPTIONS
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.restarts import LABEL, fixed
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import escape_all

STORES_NETWORK = "holdfast-stores"
EDGE_NETWORK = "holdfast-edge"


def digest(value: Any) -> str:
    """Return a short fingerprint of a JSON-able value, the same for equal values in any order of keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def config_digest(settings: Sequence[Mapping[str, str]]) -> str:
    """Return a fingerprint of what settings do: another order, or another reason, restarts no server."""
    return digest({setting["name"]: setting["value"] for setting in settings})


def settings_labels(kind: str, store: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels of a managed store: what it is, and the settings that only a restart changes.

    Every dollar is doubled, for Compose interpolates labels.
    """
    noted = fixed(kind, store["settings"], int(store["version"]))
    return {"holdfast.kind": kind, LABEL: noted.replace("$", "$$")}


# What Compose compares no containers by: a change of it replaces none. Image, limits and count are compared by
# themselves; the environment has a label of its own.
_APART = ("depends_on", "pull_policy", "profiles", "build", "image", "labels", "environment")


def stamped(service: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rendered service with labels that say of which definition, and of which environment, it was made.

    The environment is the plan's, which has names of secrets where the container has values.
    """
    deploy = dict(service.get("deploy") or {})
    resources = dict(deploy.pop("resources", None) or {})
    limits = {key: value for key, value in (resources.pop("limits", None) or {}).items() if key == "pids"}
    deploy.pop("replicas", None)
    rest = {key: value for key, value in service.items() if key not in _APART}
    labels = {key: value for key, value in service.get("labels", {}).items() if not key.startswith("holdfast.")}
    made = rest | {"deploy": deploy | resources | limits, "labels": labels}
    said = {"holdfast.definition": digest(made)}
    if service.get("environment"):
        said["holdfast.environment"] = digest(service["environment"])
    return {**service, "labels": {**service.get("labels", {}), **said}}


def guarded(plan: Mapping[str, Any], limit_bytes: int | None, cpus: float | None, most: int) -> dict[str, Any]:
    """Return what every container carries: limits, log caps, no new privileges. most: processes.

    A limit is left out where the kernel has no controller for it: the engine refuses such a CPU limit and drops the
    others with a warning at every start. verify tells of it.
    """
    wanted = {
        "memory": ("memory", str(limit_bytes)),
        "pids": ("pids", most),
        "cpu": ("cpus", f"{cpus:g}" if cpus else None),
    }
    held = {name: wanted[name] for name in plan["host"]["controllers"] if name in wanted}
    limits = {key: value for key, value in held.values() if value is not None}
    return {
        "restart": "unless-stopped",
        "security_opt": [f"{confine.NO_NEW_PRIVILEGES}:true"],
        "logging": {"driver": "json-file", "options": dict(LOG_OPTIONS)},
        "deploy": {"resources": {"limits": limits}} if limits else {},
    }


def managed(
    plan: Mapping[str, Any], kind: str, where: tuple[str, str], limit_bytes: int | None, cpus: float | None
) -> dict[str, Any]:
    """Return what a container of a known image carries: the guards, and nothing that it can do without.

    where: the project (stores, edge) and the service.
    """
    return guarded(plan, limit_bytes, cpus, pids(plan, *where)) | confine.MANAGED[kind].as_compose()


def _logging(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a container's log goes; the caps are options of the drivers that write files, and of no other."""
    driver = asked.get("driver", "json-file")
    caps = LOG_OPTIONS if driver in ("json-file", "local") else {}
    options = caps | (asked.get("options") or {})
    return {"driver": driver} | ({"options": options} if options else {})


# What the server's project says in its own way.
_OURS = (
    "build", "ports", "profiles", "networks", "depends_on", "volumes", "environment", "container_name", "cap_add",
    "cap_drop",
)  # fmt: skip


def network(plan: Mapping[str, Any], key: str, *, external: bool, internal: bool = False) -> dict[str, Any]:
    """Return the entry of one of the stack's networks. external: another project makes it."""
    name = f"{plan['name']}-{key.removeprefix('holdfast-')}"
    return {key: {"name": name} | ({"external": True} if external else {}) | ({"internal": True} if internal else {})}


def own(
    plan: Mapping[str, Any], wish: Wish, where: tuple[str, str], limit_bytes: int, cpus: float | None
) -> dict[str, Any]:
    """Return a Compose service of the user's as the server runs it, without its networks.

    where: the project (stores, app) and the service.
    """
    name = where[1]
    service = wish.project.services[name]
    # Long form, and every dollar doubled: it was interpolated once already.
    base = service.as_compose()
    for key in _OURS:
        base.pop(key, None)
    if base.get("pull_policy") == "build":
        base.pop("pull_policy")
    guard = guarded(plan, limit_bytes, cpus, pids(plan, *where)) | confine.capabilities(service)
    asked = base.pop("deploy", {})
    kept = {key: value for key, value in asked.items() if key not in ("resources", "replicas", "restart_policy")}
    image = plan["images"][name]
    merged: dict[str, Any] = guard | base | {"image": image, "deploy": guard["deploy"] | kept}
    merged["logging"] = _logging(base.get("logging") or {})
    merged["security_opt"] = list(dict.fromkeys(confine.security_opt(service)))
    environment = plan["environment"].get(name, {})
    mounts = shipped.mounts(wish, name)
    mounted = shipped.digest(wish, name)
    if mounted:
        merged["labels"] = {**merged.get("labels", {}), "holdfast.files": mounted}
    return merged | ({"environment": environment} if environment else {}) | ({"volumes": mounts} if mounts else {})


def volumes(wish: Wish, names: list[str]) -> dict[str, Any]:
    """Return the entries of the named volumes that these Compose services mount."""
    mounts = (mount for name in names for mount in shipped.mounts(wish, name) if mount["type"] == "volume")
    used = {mount["source"] for mount in mounts if "source" in mount}
    # Named by the stack, not by the colour: both colours work on the same data.
    return {
        key: escape_all(wish.project.volumes.get(key, {})) | {"name": f"{wish.stack.name}_{key}"}
        for key in sorted(used)
    }
