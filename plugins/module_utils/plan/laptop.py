# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a Compose file holds for the laptop, and what a server does with it. Each difference is a line of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import normpath

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.plan import binds
from ansible_collections.holdfast.host.plugins.module_utils.plan.binds import own_services
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import place, sources
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
        fate = binds.fate(wish, name, mount)
        done = {
            binds.DROP: "is not mounted",
            binds.SHIP: f"is mounted from {place(wish, mount.source or '')}",
            binds.VOLUME: f"is the volume {wish.stack.name}_{fate.key}",
        }.get(fate.kind)
        if done:
            yield Decision(path=path, done=f"{mount.target} {done}", reason=fate.why)


def _of_build(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    runs = image(wish, name)
    if service.build is not None and runs:
        path = f"compose.services.{name}.build"
        yield Decision(path=path, done=f"runs {runs}", reason="a server runs what was built and pushed before")
    elif runs != service.image:
        yield Decision(path=f"compose.services.{name}.image", done=f"runs {runs}", reason="declared for the server")
    if service.extra.get("pull_policy") == "build":
        path = f"compose.services.{name}.pull_policy"
        yield Decision(path=path, done="build is not used", reason="a server does not build")


def runs_once(wish: Wish) -> frozenset[str]:
    """Return the services that run to their end: declared so, or waited for and without a restart policy."""
    services = wish.project.services
    awaited = {
        other
        for service in wish.apps().values()
        for other, dependency in service.depends_on.items()
        if dependency.condition == "service_completed_successfully"
    }
    implied = {name for name in awaited if name in services and services[name].restart is None}
    return frozenset(implied | {name for name, declared in wish.stack.services.items() if declared.once})


def _of_restart(wish: Wish, name: str, service: Service) -> Iterator[Decision]:
    path = f"compose.services.{name}.restart"
    if name in runs_once(wish):
        yield Decision(path=path, done="runs to its end", reason="declared, or another service waits for its end")
    elif service.restart is None:
        yield Decision(path=path, done="restarts unless stopped", reason="Compose's default is not to")


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
    found, own = list(_of_stores(wish)), own_services(wish)
    steps: tuple[Callable[[Wish, str, Service], Iterator[Decision]], ...]
    for name, service in wish.project.services.items():
        found += _of_ports(wish, name, service)
        steps = (_of_build, _of_names, _of_mounts, _of_restart, _of_dependencies)
        if name in wish.taken():
            steps = (_of_mounts, _of_restart) if name in own else ()
        for each in steps:
            found += each(wish, name, service)
    reason = f"{ROOT}.profiles does not enable it"
    found += [
        Decision(path=f"compose.services.{name}", done="does not run", reason=reason) for name in wish.project.disabled
    ]
    return found


def _wrong_mounts(wish: Wish, name: str, service: Service) -> Iterator[Finding]:
    path = f"compose.services.{name}.volumes"
    for mount in service.volumes:
        fate = binds.fate(wish, name, mount)
        if fate.kind == binds.ASK:
            yield Finding(path=path, value=f"{mount.source}:{mount.target}", rule=fate.why, hint=fate.hint)
    for source in sources(wish, name):
        if source not in wish.local_paths:
            rule = "a mounted file from beside the Compose file must exist, for it is copied to the host"
            yield Finding(path=path, value=source, rule=rule, hint="add it, or drop the mount")


def _unknown_mounts(wish: Wish) -> Iterator[Finding]:
    for name, service in wish.apps().items():
        declared = wish.stack.services.get(name)
        known = {normpath(mount.target) for mount in service.volumes if mount.type == "bind"}
        for target in declared.mounts if declared else ():
            if normpath(target) not in known:
                rule = "must be the path in the container of a bind mount that the Compose service has"
                hint = nearest(target, known) if known else "the service has no bind mount"
                yield Finding(path=f"{ROOT}.services.{name}.mounts", value=target, rule=rule, hint=hint)


def _shared_volumes(wish: Wish) -> Iterator[Finding]:
    keys = list(binds.volumes(wish).values())
    for key in dict.fromkeys(keys):
        if key in wish.project.volumes or keys.count(key) > 1:
            rule = f"two kinds of data would share the volume {wish.stack.name}_{key}"
            yield Finding(path="compose.volumes", value=key, rule=rule, hint="give one of them another name or path")


def findings(wish: Wish) -> list[Finding]:
    """Return what cannot be carried over: files that are not there, mounts of which nobody can tell what they are."""
    found = [*_unknown_mounts(wish), *_shared_volumes(wish)]
    for name in own_services(wish):
        service = wish.project.services[name]
        found += _wrong_mounts(wish, name, service)
    return found
