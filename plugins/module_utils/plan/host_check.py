# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Can this host run a stack at all: its system, its ports, its kernel's controllers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import pythons
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import SUPPORTED_OS, WITHOUT_COMPOSE
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT, Stack
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import declared

ARCHITECTURES = ("x86_64", "aarch64")
# Sockets that the engine itself holds for a published port; which container it is, the engine knows.
ENGINE = ("docker-proxy", "dockerd")


def findings(host: Host, ports: Sequence[dict[str, Any]]) -> list[Finding]:
    """Return why a host cannot serve, and what it cannot enforce. ports: the plan's public ports."""
    return [*_system(host), *_ports(host, ports), *_controllers(host)]


def _system(host: Host) -> Iterator[Finding]:
    supported = ", ".join(f"{name} {', '.join(versions)}" for name, versions in SUPPORTED_OS.items())
    if host.os.version not in SUPPORTED_OS.get(host.os.id, ()):
        value = f"{host.os.id} {host.os.version}"
        yield Finding(path="host.os", value=value, rule=f"must be one of: {supported}", hint="install one of these")
    if host.arch not in ARCHITECTURES:
        rule = "must be " + " or ".join(ARCHITECTURES)
        yield Finding(path="host.arch", value=host.arch, rule=rule, hint="take a 64-bit machine")
    if not pythons.serves(host.python):
        yield Finding(path=pythons.PATH, value=host.python, rule=pythons.RULE, hint=pythons.HINT)
    if host.init != "systemd":
        rule = "PID 1 must be systemd, which keeps Docker and the timers running"
        yield Finding(path="host.init", value=host.init, rule=rule, hint="boot the host with systemd")


def _ports(host: Host, ports: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for port in ports:
        for socket in host.listening:
            same = (socket.port, socket.protocol) == (port["port"], port["protocol"])
            if not same or socket.process in ENGINE or socket.address.startswith(("127.", "::1")):
                continue
            path = f"host.ports.{port['port']}/{port['protocol']}"
            rule = f"must be free: {port['owner']} answers there"
            if socket.process is None:
                # Without root nobody's processes but one's own can be seen; it may be the engine, for us.
                hint = "run as root, or with --become, to see whose it is"
                yield Finding(path=path, value=f"taken on {socket.address}", rule=rule, hint=hint, level=WARNING)
                continue
            holder = f"{socket.process} (pid {socket.pid or 'unknown'}) on {socket.address}"
            hint = f"stop and disable {socket.process}, or declare another port"
            yield Finding(path=path, value=holder, rule=rule, hint=hint)


def _controllers(host: Host) -> Iterator[Finding]:
    for name, lost in (("memory", "memory limits"), ("cpu", "CPU limits")):
        if name not in host.cgroup.controllers:
            yield Finding(
                path="host.cgroup.controllers",
                value=", ".join(host.cgroup.controllers) or "none",
                rule=f"without the {name} controller {lost} are written down but not enforced",
                hint="boot with cgroup_enable=memory, or leave the container that the host runs in",
                level=WARNING,
            )


REMOVE = "for project in app edge stores; do (cd /etc/holdfast/$project && docker compose down); done"


def installed(host: Host, stack: Stack) -> list[Finding]:
    """Return what the stack that the host holds already says against the declared one.

    Under another name it would start beside the old one, on new and empty volumes. A managed store that is declared
    no more stops, and its volume stays.
    """
    held = host.installed
    if held is None:
        return []
    if held.name != stack.name:
        rule = f"this host holds the stack {held.name}, and a machine holds one stack"
        aside = f"mv /etc/holdfast /root/holdfast-{held.name}"
        hint = f"name: {held.name}; or remove that one first, its volumes stay: {REMOVE}; {aside}"
        return [Finding(path=f"{ROOT}.name", value=stack.name, rule=rule, hint=hint)]
    wanted = declared(stack.stores)
    return [
        *_unreadable(host, stack),
        *(
            Finding(
                path=f"{ROOT}.stores.{kind}",
                rule=f"this host has a managed {kind}, which is declared no more: it stops",
                hint=f"its data stays in the volume {held.name}-stores_{kind}; declare it again to have it back",
                level=WARNING,
            )
            for kind in held.stores
            if kind not in wanted
        ),
    ]


def _unreadable(host: Host, stack: Stack) -> Iterator[Finding]:
    """Yield a finding where Valkey is declared and the host's Redis writes files that Valkey cannot read.

    Since 7.4, which the image redis:7 is, Redis writes RDB version 12 (rdb.h); Valkey 8 and 9 refuse it, for they read
    up to Redis 7.2's version 11. A server that keeps nothing has no such file.
    """
    redis = stack.stores.redis
    if redis is None or redis.server != "valkey":
        return
    for each in host.running or ():
        writes = each.settings.get("appendonly") != "no" or each.settings.get("save") != ""
        if each.labels.get("holdfast.kind") == "redis" and each.image.startswith("redis:") and writes:
            rule = f"this host's {each.service} runs {each.image}, whose data Valkey {redis.version} cannot read"
            volume = f"{stack.name}-stores_redis"
            hint = (
                "server: redis keeps it; where the data may go, stop that container, docker rm it, and "
                f"docker volume rm {volume}: Valkey then starts empty"
            )
            yield Finding(path=f"{ROOT}.stores.redis.server", value=redis.server, rule=rule, hint=hint)


def engine(host: Host, docker_source: str) -> list[Finding]:
    """Return whether the wanted source of the engine can serve on a host. docker_source: docker or distro."""
    system = (host.os.id, host.os.version)
    if docker_source != "distro" or system not in WITHOUT_COMPOSE:
        return []
    rule = f"the packages of {' '.join(system)} have no Compose v2"
    return [Finding(path="docker_source", value=docker_source, rule=rule, hint="docker_source: docker")]
