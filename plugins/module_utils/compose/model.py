# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a Compose file says, in one shape: typed, normalised, and able to be written back in Compose's long form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Port:
    """One container port. published: one host port as text, or None where Docker is to choose; host_ip: v4 or v6."""

    target: int
    published: str | None = None
    host_ip: str | None = None
    protocol: str = "tcp"
    mode: str = "ingress"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_compose(self) -> dict[str, Any]:
        """Return the port in Compose's long form."""
        return {"mode": self.mode, "target": self.target, "protocol": self.protocol} | _given(
            {"published": self.published, "host_ip": self.host_ip, **self.extra}
        )


@dataclass(frozen=True, kw_only=True)
class Mount:
    """One mount. type: bind, volume or tmpfs; source: a path, a volume's key, or None (anonymous, tmpfs)."""

    type: str
    source: str | None = None
    target: str = ""
    read_only: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_compose(self) -> dict[str, Any]:
        """Return the mount in Compose's long form."""
        mount = {"type": self.type, "target": self.target} | _given({"source": self.source, **self.options})
        return mount | ({"read_only": True} if self.read_only else {})


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """condition: service_started, service_healthy or service_completed_successfully."""

    condition: str = "service_started"
    required: bool = True
    restart: bool = False

    def as_compose(self) -> dict[str, Any]:
        """Return the dependency in Compose's long form."""
        entry: dict[str, Any] = {"condition": self.condition, "required": self.required}
        return entry | ({"restart": True} if self.restart else {})


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one container of a service may use (limits) or is promised (reservations). None: not said."""

    cpus: float | None = None
    memory_bytes: int | None = None
    pids: int | None = None

    def as_compose(self) -> dict[str, Any]:
        """Return what is said, as ``deploy.resources.limits`` has it."""
        cpus = None if self.cpus is None else f"{self.cpus:g}"
        memory = None if self.memory_bytes is None else str(self.memory_bytes)
        return _given({"cpus": cpus, "memory": memory, "pids": self.pids})


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service, normalised.

    environment: value None where the variable is passed through and not set. build: context (resolved path),
    dockerfile, args and what else was given. healthcheck: test as a list, durations as Compose text, or
    ``{"disable": True}``. restart: the restart policy, that of deploy.restart_policy included. networks: key to
    options. secrets, configs: long form. extra: every other key, normalised.
    """

    name: str
    image: str | None = None
    build: Mapping[str, Any] | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    volumes: tuple[Mount, ...] = ()
    depends_on: Mapping[str, Dependency] = field(default_factory=dict)
    healthcheck: Mapping[str, Any] | None = None
    limits: Resources = Resources()
    reservations: Resources = Resources()
    replicas: int = 1
    restart: str | None = None
    command: list[str] | str | None = None
    entrypoint: list[str] | str | None = None
    user: str | None = None
    profiles: tuple[str, ...] = ()
    networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    network_mode: str | None = None
    secrets: tuple[Mapping[str, Any], ...] = ()
    configs: tuple[Mapping[str, Any], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_compose(self) -> dict[str, Any]:
        """Return the service as a Compose file in long form would hold it, without its name.

        A dollar is written ``$$``, so that Compose puts no variable where the reader has already put its value.
        """
        given = {
            "image": self.image,
            "build": self.build,
            "restart": self.restart,
            "command": self.command,
            "entrypoint": self.entrypoint,
            "user": self.user,
            "network_mode": self.network_mode,
            "healthcheck": self.healthcheck,
        }
        filled = {
            "environment": dict(self.environment),
            "ports": [port.as_compose() for port in self.ports],
            "volumes": [mount.as_compose() for mount in self.volumes],
            "depends_on": {name: dependency.as_compose() for name, dependency in self.depends_on.items()},
            "profiles": list(self.profiles),
            "networks": {name: dict(options) for name, options in self.networks.items()},
            "secrets": [dict(secret) for secret in self.secrets],
            "configs": [dict(config) for config in self.configs],
            "deploy": self._deploy(),
        }
        plain = {key: value for key, value in self.extra.items() if key != "deploy"}
        said = _given(given) | {key: value for key, value in filled.items() if value} | plain
        escaped: dict[str, Any] = _escaped(said)
        return escaped

    def _deploy(self) -> dict[str, Any]:
        resources = {"limits": self.limits.as_compose(), "reservations": self.reservations.as_compose()}
        said: dict[str, Any] = dict(self.extra.get("deploy", {}))
        if self.replicas != 1:
            said["replicas"] = self.replicas
        kept = {key: value for key, value in resources.items() if value}
        return said | ({"resources": kept} if kept else {})


@dataclass(frozen=True, kw_only=True)
class Project:
    """The services that the given profiles enable, and the rest of the file.

    directory: what relative paths were resolved against. disabled: services that no given profile enables.
    """

    name: str | None = None
    directory: str = "."
    services: Mapping[str, Service] = field(default_factory=dict)
    disabled: tuple[str, ...] = ()
    volumes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    networks: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    secrets: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    configs: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def _given(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value is not None}


def _escaped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(item) for item in value]
    return value.replace("$", "$$") if isinstance(value, str) else value
