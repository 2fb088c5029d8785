# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One service's tree into a Service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose import keys, parts
from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import (
    Kind,
    cpus,
    integer,
    listing,
    pair_map,
    record,
    size,
    text,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Dependency, Resources, Service
from ansible_collections.holdfast.host.plugins.module_utils.compose.mounts import Resolve, parse_mounts
from ansible_collections.holdfast.host.plugins.module_utils.compose.ports import parse_ports
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

_SHARED = ("network_mode", "ipc", "pid")
_POLICIES = {"none": "no", "no": "no", "on-failure": "on-failure", "unless-stopped": "unless-stopped"}
_READ = ("image", "build", "command", "entrypoint", "user", "network_mode", "healthcheck")
# The older key, its place below deploy, and whether zero means that nothing is set.
_LEGACY = (
    ("cpus", ("resources", "limits", "cpus"), True),
    ("mem_limit", ("resources", "limits", "memory"), True),
    ("pids_limit", ("resources", "limits", "pids"), True),
    ("mem_reservation", ("resources", "reservations", "memory"), True),
    ("scale", ("replicas",), False),
)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What reading a service needs besides its tree. env: for values that are passed through by name."""

    resolve: Resolve
    read_text: Callable[[str], str]
    env: Mapping[str, str]
    report: Report


def service_kind(context: Context) -> Kind:
    """Return the kind that checks a service's tree and returns its good fields in normal form."""
    table: dict[str, Kind] = {
        **keys.EXTRA,
        **keys.UNSUPPORTED,
        "image": keys.image,
        "build": parts.build(context.resolve, context.env),
        "command": parts.command,
        "entrypoint": parts.command,
        "environment": pair_map(None),
        "env_file": parts.env_files,
        "ports": parse_ports,
        "volumes": lambda value, path, report: parse_mounts(value, path, report, context.resolve),
        "depends_on": parts.depends_on,
        "healthcheck": parts.healthcheck,
        "deploy": keys.DEPLOY,
        "scale": integer(0),
        "restart": keys.restart,
        "user": text,
        "profiles": listing(text),
        "networks": parts.networks,
        "network_mode": text,
        "secrets": listing(keys.REFERENCE),
        "configs": listing(keys.REFERENCE),
        "mem_limit": size,
        "mem_reservation": size,
        "cpus": cpus,
        "pids_limit": integer(-1),
    }
    return record(table, partial=True)


def service_from(name: str, fields: dict[str, Any], context: Context, *, enabled: bool) -> Service:
    """Return the service that checked fields make. The env files of a service that is not enabled stay unread."""
    path, report = f"compose.services.{name}", context.report
    deploy = fields.get("deploy", {})
    said = {one[0]: _agreed(fields, one, path, report) for one in _LEGACY}
    networks = fields.get("networks", {})
    mode = fields.get("network_mode")
    if mode and networks:
        report.error(f"{path}.network_mode", mode, "network_mode and networks exclude each other", "remove one")
    reserved = deploy.get("resources", {}).get("reservations", {})
    return Service(
        name=name,
        **{key: fields.get(key) for key in _READ},
        environment=_environment(fields, f"{path}.env_file", context, enabled),
        ports=fields.get("ports", ()),
        volumes=fields.get("volumes", ()),
        depends_on=_implied(fields) | fields.get("depends_on", {}),
        limits=Resources(cpus=said["cpus"], memory_bytes=said["mem_limit"], pids=_positive(said["pids_limit"])),
        reservations=Resources(
            cpus=reserved.get("cpus") or None,
            memory_bytes=said["mem_reservation"],
            pids=_positive(reserved.get("pids")),
        ),
        replicas=1 if said["scale"] is None else said["scale"],
        restart=_restart(fields, deploy, path, report),
        profiles=tuple(fields.get("profiles", ())),
        networks=networks if networks or mode else {"default": {}},
        secrets=_references(fields, "secrets"),
        configs=_references(fields, "configs"),
        extra=_extra(fields, deploy),
    )


def _agreed(fields: dict[str, Any], row: tuple[str, tuple[str, ...], bool], path: str, report: Report) -> Any:
    """Return what the older key or its place below deploy says; a finding where both are given and differ."""
    key, at, drop = row
    newer: Any = fields.get("deploy")
    for step in at:
        newer = newer.get(step) if isinstance(newer, dict) else None
    older = fields.get(key)
    if drop:
        newer, older = newer or None, older or None
    if None not in (newer, older) and newer != older:
        place = ".".join(("deploy", *at))
        report.error(f"{path}.{key}", older, f"{key} and {place} ({newer}) must not differ", f"keep {place}")
    return older if newer is None else newer


def _environment(fields: dict[str, Any], path: str, context: Context, enabled: bool) -> dict[str, str | None]:
    env, given = context.env, fields.get("environment", {})
    entries = fields.get("env_file", []) if enabled else []
    read = parts.env_reader(context.resolve, context.read_text, env)
    values: dict[str, str | None] = read(entries, path, context.report)
    return values | {name: env.get(name) if value is None else value for name, value in given.items()}


def _implied(fields: dict[str, Any]) -> dict[str, Dependency]:
    """Return the dependencies on services whose namespaces this one shares."""
    kinds = [str(fields.get(key, "")).partition(":") for key in _SHARED]
    return {name: Dependency(restart=True) for kind, _, name in kinds if kind == "service" and name}


def _restart(fields: dict[str, Any], deploy: dict[str, Any], path: str, report: Report) -> str | None:
    policy, plain = deploy.get("restart_policy"), fields.get("restart")
    if policy is None:
        return plain
    name = _POLICIES.get(policy.get("condition", "any"), "always")
    attempts = policy.get("max_attempts")
    said = f"{name}:{attempts}" if name == "on-failure" and attempts else name
    if plain is not None and plain != said:
        report.warn(f"{path}.restart", plain, f"deploy.restart_policy says {said}, and Docker follows it", "remove one")
    return said


def _references(fields: dict[str, Any], key: str) -> tuple[dict[str, Any], ...]:
    return tuple({(entry["source"], entry.get("target")): entry for entry in fields.get(key, [])}.values())


def _extra(fields: dict[str, Any], deploy: dict[str, Any]) -> dict[str, Any]:
    extra = {key: fields[key] for key in keys.EXTRA if fields.get(key) not in (None, [], {})}
    kept = {key: deploy[key] for key in ("labels", "mode") if deploy.get(key)}
    return extra | ({"deploy": kept} if kept else {})


def _positive(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None
