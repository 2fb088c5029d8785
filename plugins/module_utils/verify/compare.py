# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Compare what a host shows with what its plan says. Pure: observed state in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes
from ansible_collections.holdfast.host.plugins.module_utils.verify import confined, machine
from ansible_collections.holdfast.host.plugins.module_utils.verify.settings import same_postgres, same_redis

RERUN = "run site.yml again"


def compare(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> list[Finding]:
    """Return every difference.

    expect: what render.expect made. seen: containers (list of project, service, name, image, state, exit_code,
    health, oom_killed, memory_bytes, labels, published, confined), postgres (name to {setting, unit,
    pending_restart}, or error), pooler (settings, databases and roles, or error), redis (name to value, or error),
    routes (list of host, path, status or error), and what machine.observe saw.
    """
    own = (_containers, _published, _postgres, _pooler, _redis, _routes)
    checks = (*own, confined.differences, machine.differences)
    return [finding for each in checks for finding in each(expect, seen)]


def _containers(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    enforced = "memory" in expect["controllers"]
    if not enforced:
        rule = "memory limits of containers cannot be held: the kernel has no memory controller here"
        yield Finding(path="containers", value=expect["controllers"], rule=rule, hint="not checked", level=WARNING)
    for wanted in expect["containers"]:
        path = f"containers.{wanted['project']}.{wanted['service']}"
        own = [
            each
            for each in seen["containers"]
            if (each["project"], each["service"]) == (wanted["project"], wanted["service"])
        ]
        if len(own) != wanted["replicas"]:
            rule = f"{wanted['replicas']} container(s) must run"
            yield Finding(path=path, value=f"{len(own)} found", rule=rule, hint=RERUN)
        for each in own:
            yield from _container(path, wanted, each, enforced=enforced)


def _container(path: str, wanted: Mapping[str, Any], seen: Mapping[str, Any], *, enforced: bool) -> Iterator[Finding]:
    logs = f"docker logs {seen['name']}"
    done = wanted["once"] and seen["state"] == "exited" and seen["exit_code"] == 0
    if seen["state"] != "running" and not done:
        value = f"{seen['name']} is {seen['state']} (exit code {seen['exit_code']})"
        yield Finding(path=path, value=value, rule="must be running", hint=f"{logs}; then {RERUN}")
    elif not done and seen["health"] not in (None, "healthy"):
        value = f"{seen['name']} is {seen['health']}"
        yield Finding(path=path, value=value, rule="must be healthy", hint=logs)
    if seen["oom_killed"]:
        yield Finding(path=path, value=seen["name"], rule="must not be killed for memory", hint="raise its memory")
    if seen["image"] != wanted["image"]:
        yield Finding(path=path, value=seen["image"], rule=f"must run {wanted['image']}", hint=RERUN)
    for label, value in wanted["labels"].items():
        if seen["labels"].get(label) != value:
            rule = f"must have been started with {label}={value}"
            yield Finding(path=path, value=seen["labels"].get(label), rule=rule, hint=RERUN)
    if enforced and seen["memory_bytes"] != wanted["memory_bytes"]:
        rule = f"must have a memory limit of {format_bytes(wanted['memory_bytes'])}"
        yield Finding(path=path, value=seen["memory_bytes"], rule=rule, hint=RERUN)


def _published(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    declared = {(port["port"], port["protocol"]) for port in expect["ports"]}
    for each in seen["containers"]:
        for port in each["published"]:
            if (port["port"], port["protocol"]) in declared or port["address"].startswith(("127.", "::1")):
                continue
            yield Finding(
                path=f"ports.{port['port']}/{port['protocol']}",
                value=f"{each['name']} on {port['address'] or 'all addresses'}",
                rule="nothing is published that was not declared",
                hint="declare it, or remove that container's port",
            )


def _store(name: str, seen: Mapping[str, Any]) -> Iterator[Finding]:
    if "error" in seen:
        yield Finding(path=f"stores.{name}", value=seen["error"], rule="must answer", hint="see its container's log")


def _postgres(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    if not expect["postgres"]:
        return
    yield from _store("postgres", seen["postgres"])
    if "error" in seen["postgres"]:
        return
    for name, wanted in expect["postgres"]["settings"].items():
        row = seen["postgres"].get(name)
        path = f"stores.postgres.settings.{name}"
        if row is None:
            yield Finding(
                path=path, value=None, rule="must be a setting that the server knows", hint="correct its name"
            )
        elif row["pending_restart"]:
            yield Finding(path=path, value=row["setting"], rule=f"{wanted} waits for a restart", hint=RERUN)
        elif not same_postgres(wanted, row["setting"], row["unit"]):
            value = f"{row['setting']} {row['unit'] or ''}".strip()
            yield Finding(path=path, value=value, rule=f"must be {wanted}", hint=RERUN)


def _pooler(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    wanted, shown = expect.get("pooler"), seen.get("pooler", {})
    if not wanted:
        return
    yield from _store("postgres.pool", shown)
    if "error" in shown:
        return
    for name, value in wanted["settings"].items():
        reported = shown["settings"].get(name)
        if reported != value:
            path = f"stores.postgres.pool.settings.{name}"
            yield Finding(path=path, value=reported, rule=f"must be {value}", hint=RERUN)
    leads = dict.fromkeys(wanted["databases"], wanted["server"])
    if shown["databases"] != leads:
        path, rule = "stores.postgres.pool.databases", f"must lead {', '.join(leads)} to {wanted['server']}"
        yield Finding(path=path, value=shown["databases"], rule=rule, hint=RERUN)
    absent = [role for role in wanted["roles"] if role not in shown["roles"]]
    if absent:
        path, rule = "stores.postgres.pool.roles", f"must know {', '.join(absent)} too"
        yield Finding(path=path, value=shown["roles"], rule=rule, hint=RERUN)


def _redis(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    if not expect["redis"]:
        return
    yield from _store("redis", seen["redis"])
    if "error" in seen["redis"]:
        return
    for name, wanted in expect["redis"]["settings"].items():
        reported = seen["redis"].get(name)
        # CONFIG GET tells the limits of all classes of clients in one line; only one of them is set.
        if name != "client-output-buffer-limit" and (reported is None or not same_redis(wanted, reported)):
            path = f"stores.redis.settings.{name}"
            yield Finding(path=path, value=reported, rule=f"must be {wanted}", hint=RERUN)


def _routes(_expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    for route in seen["routes"]:
        path = f"routes.{route['host']}{route['path']}"
        if "error" in route:
            yield Finding(path=path, value=route["error"], rule="the edge must answer", hint="see nginx's container")
        elif route["status"] >= 500:
            value = f"{route['status']} {route['body']}".strip()
            yield Finding(path=path, value=value, rule="must answer below 500", hint=f"see service {route['service']}")


def facts(seen: Mapping[str, Any]) -> Sequence[str]:
    """Return what was looked at, for people: how many containers, settings and routes."""
    settings = sum(len(seen[store] or {}) for store in ("postgres", "redis"))
    settings += len(seen.get("pooler", {}).get("settings", {}))
    return [f"{len(seen['containers'])} containers", f"{settings} settings", f"{len(seen['routes'])} routes"]
