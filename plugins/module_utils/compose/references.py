# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a project's services name must be there: services, volumes, networks, secrets, configs; and no rings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.compose.ports import duplicates
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.errors import nearest


def check_references(
    services: Mapping[str, Service], disabled: Collection[str], top: Mapping[str, Mapping[str, Any]], report: Report
) -> None:
    """Tell what the enabled services need and the project has not. top: section to what it declares."""
    for service in services.values():
        _dependencies(service, services, disabled, report)
        for section, key, path in _named(service):
            known = top.get(section, {})
            if key not in known and (section, key) != ("networks", "default"):
                hint = nearest(key, known) if known else f"add {section}: {{{key}: }} at the top"
                report.error(path, key, f"must stand in the file's {section}:", hint)
        _replicas(service, report)
    _rings(services, report)
    duplicates([(name, port) for name, service in services.items() for port in service.ports], report)


def _named(service: Service) -> Iterator[tuple[str, str, str]]:
    path = f"compose.services.{service.name}"
    for index, mount in enumerate(service.volumes):
        if mount.type == "volume" and mount.source is not None:
            yield "volumes", mount.source, f"{path}.volumes[{index}]"
    for key in service.networks:
        yield "networks", key, f"{path}.networks.{key}"
    for section, entries in (("secrets", service.secrets), ("configs", service.configs)):
        for index, entry in enumerate(entries):
            yield section, entry["source"], f"{path}.{section}[{index}]"


def _dependencies(service: Service, services: Mapping[str, Service], disabled: Collection[str], report: Report) -> None:
    for name, dependency in service.depends_on.items():
        path = f"compose.services.{service.name}.depends_on.{name}"
        if name in services or (name in disabled and not dependency.required):
            continue
        if name in disabled:
            hint = "enable its profile, or write required: false"
            report.error(path, name, "depends on a service that no enabled profile has", hint)
        else:
            report.error(
                path, name, "depends on a service that the file has not", nearest(name, [*services, *disabled])
            )


def _replicas(service: Service, report: Report) -> None:
    name = service.extra.get("container_name")
    path = f"compose.services.{service.name}"
    if name and service.replicas > 1:
        report.error(f"{path}.container_name", name, "several replicas can't share one name", "remove container_name")
    for port in service.ports:
        if service.replicas > 1 and port.published:
            rule = f"{service.replicas} replicas can't publish one host port"
            report.warn(f"{path}.ports", port.published, rule, "publish no port, or keep one replica")


def _rings(services: Mapping[str, Service], report: Report) -> None:
    """Tell each ring of dependencies once, at the first of its services in the file's order."""
    done: set[str] = set()
    for start in services:
        trail: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter((start,)))]
        while stack:
            name = next(stack[-1][1], None)
            if name is None:
                done.add(stack.pop()[0])
                trail = trail[:-1]
            elif name in trail:
                ring = " -> ".join([*trail[trail.index(name) :], name])
                report.error(f"compose.services.{name}.depends_on", ring, "services must not wait for each other")
            elif name not in done and name in services:
                trail.append(name)
                stack.append((name, iter(services[name].depends_on)))
