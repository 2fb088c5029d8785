# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What gives a container power over its host: told, or refused until the declaration accepts it by name with a reason.

Sources: CIS Docker Benchmark 1.7, sections 5.4 to 5.6, 5.16 to 5.22, 5.26 and 5.32; capabilities(7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.compose.sockets import holds_socket, host_path
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.plan import binds, confine
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT


@dataclass(frozen=True, kw_only=True)
class Risk:
    """level: what it is unless it is accepted. rule: what the container can do with it."""

    level: str
    rule: str


RISKS: Mapping[str, Risk] = {
    "privileged": Risk(level=ERROR, rule="a privileged container is root on the host"),
    "docker-socket": Risk(level=ERROR, rule="whoever holds the engine's socket is root on the host"),
    "root-capabilities": Risk(level=ERROR, rule="whoever has this capability is root on the host"),
    "host-pid": Risk(
        level=WARNING, rule="the container sees every process of the host, and what stands in its environment"
    ),
    "host-ipc": Risk(level=WARNING, rule="the container shares the host's memory segments"),
    "host-uts": Risk(level=WARNING, rule="the container shares the host's name"),
    "host-cgroup": Risk(level=WARNING, rule="the container sees the host's control groups"),
    "host-users": Risk(level=WARNING, rule="the container's users are the host's, whatever the engine maps"),
    "host-directories": Risk(
        level=WARNING, rule="the container sees a directory of the host's own, with what other programs keep there"
    ),
    "devices": Risk(level=WARNING, rule="the container reaches the host's own devices"),
    "capabilities": Risk(level=WARNING, rule="the container can do more than Docker's own set of capabilities allows"),
    "unconfined": Risk(level=WARNING, rule="the kernel's filters of system calls or files are off for the container"),
    "new-privileges": Risk(level=WARNING, rule="a set-user-ID program in the container can make its user root there"),
}
# The Compose key whose value shares a namespace with the host.
SHARED = {
    "pid": "host-pid", "ipc": "host-ipc", "uts": "host-uts", "cgroup": "host-cgroup", "userns_mode": "host-users",
}  # fmt: skip
# Each is a known way to the host's root: load code, reach raw memory, mount, read any file, trace any process.
AS_ROOT = (confine.ALL, "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "DAC_READ_SEARCH", "BPF", "MAC_ADMIN")
# As a whole; single files of theirs, such as /etc/localtime, are nobody's secret. Below the others all counts.
HOST_DIRECTORIES = ("/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/var")
HOMES = ("/root", "/home", "/var/lib/docker")


@dataclass(frozen=True, kw_only=True)
class Power:
    """One thing that a Compose service says. key: of the service. accepted: the declared reason, None without one."""

    service: str
    risk: str
    key: str
    value: Any
    accepted: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a JSON-able dict, with what it lets the container do."""
        return asdict(self) | {"rule": RISKS[self.risk].rule}


def short_option(option: object) -> str:
    """Return a security option as ``name=value``; a filter of one's own, a whole file's text, as ``seccomp=own``."""
    name, *values = re.split("[:=]", str(option), maxsplit=1)
    value = values[0] if values else "true"
    return f"{name}={'own' if name == 'seccomp' and value not in ('unconfined', 'builtin') else value}"


def _options(service: Service) -> Iterator[tuple[str, str, Any]]:
    for option in map(str, service.extra.get("security_opt") or ()):
        name, _, value = short_option(option).partition("=")
        if name == confine.NO_NEW_PRIVILEGES and value == "false":
            yield "new-privileges", "security_opt", option
        elif value in ("unconfined", "disable"):
            yield "unconfined", "security_opt", option


def _added(service: Service) -> Iterator[tuple[str, str, Any]]:
    for each in map(confine.name_of, service.extra.get("cap_add") or ()):
        if each in AS_ROOT:
            yield "root-capabilities", "cap_add", each
        elif each not in (*confine.KEPT, *confine.DROPPED):
            yield "capabilities", "cap_add", each


def _mounted(wish: Wish, service: Service) -> Iterator[tuple[str, str, Any]]:
    for mount in service.volumes:
        shown = host_path(mount, wish.project.volumes)
        source = shown.rstrip("/") or "/"
        if not shown or (mount.type == "bind" and binds.fate(wish, service.name, mount).kind != binds.KEEP):
            continue
        if holds_socket(shown):
            yield "docker-socket", "volumes", shown
        elif source in HOST_DIRECTORIES or any(binds.inside(source, each) for each in HOMES):
            yield "host-directories", "volumes", shown


def _of(wish: Wish, service: Service) -> Iterator[tuple[str, str, Any]]:
    if service.extra.get("privileged"):
        yield "privileged", "privileged", True
    for key, risk in SHARED.items():
        if service.extra.get(key) == "host":
            yield risk, key, "host"
    for key in ("devices", "device_cgroup_rules"):
        if service.extra.get(key):
            yield "devices", key, service.extra[key]
    yield from _added(service)
    yield from _options(service)
    yield from _mounted(wish, service)


def _declared(wish: Wish, name: str) -> tuple[str, Mapping[str, str]]:
    """Return where the declaration accepts a service's risks, and what it accepts."""
    kind = wish.taken().get(name)
    if kind:
        return f"{ROOT}.stores.{kind}.risks", getattr(wish.stores()[kind], "risks", {})
    said = wish.stack.services.get(name)
    return f"{ROOT}.services.{name}.risks", said.risks if said else {}


def powers(wish: Wish) -> list[Power]:
    """Return what the Compose services ask for, accepted or not, in the file's order."""
    return [
        Power(service=name, risk=risk, key=key, value=value, accepted=_declared(wish, name)[1].get(risk))
        for name in binds.own_services(wish)
        for risk, key, value in _of(wish, wish.project.services[name])
    ]


def _idle(wish: Wish, found: list[Power]) -> Iterator[Finding]:
    """Yield what is accepted and nobody knows, or no service asks for any more."""
    for name in binds.own_services(wish):
        path, accepted = _declared(wish, name)
        asked = {each.risk for each in found if each.service == name}
        for risk in accepted:
            if risk not in RISKS:
                rule = f"must be one of {', '.join(RISKS)}"
                yield Finding(path=path, value=risk, rule=rule, hint=nearest(risk, RISKS))
            elif risk not in asked:
                rule = "is accepted, and the Compose service does not ask for it"
                yield Finding(path=path, value=risk, rule=rule, hint="remove it", level=WARNING)


def findings(wish: Wish) -> list[Finding]:
    """Return what is not accepted, and what is accepted for nothing."""
    found = powers(wish)
    told = []
    for each in found:
        if each.accepted is None:
            risk, accept = RISKS[each.risk], f"{_declared(wish, each.service)[0]}: {{{each.risk}: why it is needed}}"
            path, hint = f"compose.services.{each.service}.{each.key}", f"drop it, or accept it: {accept}"
            told.append(Finding(path=path, value=each.value, rule=risk.rule, hint=hint, level=risk.level))
    return [*told, *_idle(wish, found)]
