# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a Compose file holds for the laptop, and what a server does with it. Each difference is a line of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import (
    is_source,
    own_services,
    shipped,
    sources,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT


def image(wish: Wish, name: str) -> str | None:
    """Return the image that a service runs on the server: the declared one, else the Compose file's."""
    kind = wish.taken().get(name)
    declared = wish.stores()[kind] if kind else wish.stack.services.get(name)
    return getattr(declared, "image", None) or wish.project.services[name].image


def _of_ports(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    declared = wish.stack.services.get(name)
    for port in service.ports:
        if port.published is None:
            continue
        shown = f"{port.published}:{port.target}"
        if name in wish.taken():
            reason = "a store has no address outside the stack's own network"
        elif declared and declared.routes:
            reason = "it is reached through its routes"
        else:
            reason = f"nothing declares it; {ROOT}.services.{name}.ports would"
        path = f"compose.services.{name}.ports"
        yield Decision(path=path, done=f"{shown} is not published on the host", reason=reason)


def _of_mounts(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    path = f"compose.services.{name}.volumes"
    for mount in service.volumes:
        place = shipped(wish, mount, service)
        if is_source(wish, mount, service):
            done = f"{mount.target} is not mounted"
            yield Decision(path=path, done=done, reason="source for hot reload; the image holds the code")
        elif place is not None:
            done = f"{mount.target} is mounted from {place}"
            yield Decision(path=path, done=done, reason="a relative path; the file is copied to the host")


def _of_build(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    runs = image(wish, name)
    if service.build is not None and runs:
        path = f"compose.services.{name}.build"
        yield Decision(path=path, done=f"runs {runs}", reason="a server runs what was built and pushed before")
    elif runs != service.image:
        yield Decision(path=f"compose.services.{name}.image", done=f"runs {runs}", reason="declared for the server")


def _of_managed(kind: str, service: Service) -> Iterator[Decision]:
    path = f"compose.services.{service.name}"
    if service.command:
        reason = f"settings come from the plan, and from {ROOT}.stores.{kind}.settings"
        yield Decision(path=f"{path}.command", done="is not used", reason=reason)
    for mount in service.volumes:
        if mount.type == "bind":
            reason = "the managed store has its own configuration and data; load data by a migration"
            yield Decision(path=f"{path}.volumes", done=f"{mount.target} is not mounted", reason=reason)


def _of_stores(wish: Wish) -> Iterator[Decision]:
    for kind, store in wish.stores().items():
        service = wish.project.services.get(store.service)
        if service is None:
            continue
        row = STORES[kind]
        done = f"managed {kind} {getattr(store, 'version', '')}".strip() if row.managed else f"kept as {kind} store"
        reason = f"the name {store.service} stays; its image was {service.image or 'built'}"
        yield Decision(path=f"compose.services.{store.service}", done=done, reason=reason)
        if row.managed:
            yield from _of_managed(kind, service)


def _of_names(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    given = service.extra.get("container_name")
    if given and name in wish.apps():
        reason = "two colours, and replicas, cannot share one name"
        yield Decision(path=f"compose.services.{name}.container_name", done=f"{given} is not used", reason=reason)


def _of_dependencies(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    for other in service.depends_on:
        if other in wish.taken():
            path = f"compose.services.{name}.depends_on.{other}"
            yield Decision(path=path, done="kept by order", reason="stores are healthy before the application starts")


def decisions(wish: Wish) -> list[Decision]:
    """Return every difference between the laptop's Compose file and what the server runs, in the file's order."""
    found = list(_of_stores(wish))
    for name, service in wish.project.services.items():
        found += _of_ports(wish, name, service)
        if name in wish.taken():
            continue
        for each in (_of_build, _of_names, _of_mounts, _of_dependencies):
            found += each(wish, name, service)
    reason = f"{ROOT}.profiles does not enable it"
    found += [
        Decision(path=f"compose.services.{name}", done="does not run", reason=reason) for name in wish.project.disabled
    ]
    return found


def findings(wish: Wish) -> list[Finding]:
    """Return what cannot be carried over: files that are not there, and mounts that give a container the host."""
    found = []
    for name in own_services(wish):
        for source in sources(wish, name):
            if source not in wish.local_paths:
                rule = "a mounted file from beside the Compose file must exist, for it is copied to the host"
                path = f"compose.services.{name}.volumes"
                found.append(Finding(path=path, value=source, rule=rule, hint="add it, or drop the mount"))
    for name, service in wish.apps().items():
        for mount in service.volumes:
            if mount.source and mount.source.endswith("docker.sock"):
                rule = "whoever holds the engine's socket is root on the host"
                path = f"compose.services.{name}.volumes"
                found.append(Finding(path=path, value=mount.source, rule=rule, hint="drop it", level=WARNING))
    return found
