# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a Compose file holds for the laptop, and what a server does with it. Each difference is a line of the plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount, Service
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import escape
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

# Where the host keeps what was bind-mounted from beside the Compose file.
FILES = "/etc/holdfast/files"


def image(wish: Wish, name: str) -> str | None:
    """Return the image that a service runs on the server: the declared one, else the Compose file's."""
    kind = wish.taken().get(name)
    declared = wish.stores()[kind] if kind else wish.stack.services.get(name)
    return getattr(declared, "image", None) or wish.project.services[name].image


def _inside(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def is_source(wish: Wish, mount: Mount, service: Service) -> bool:
    """Tell whether a bind mount is the build's own source, mounted over the image for hot reload.

    Such a mount lies within the build's context and is a directory that the container may write to. A single file, or
    a directory mounted read-only, is configuration and is shipped.
    """
    context = (service.build or {}).get("context")
    if mount.type != "bind" or not mount.source or not context or not _inside(mount.source, str(context)):
        return False
    there = wish.local_paths.get(mount.source)
    return not mount.read_only and (there is None or there.directory)


def shipped(wish: Wish, mount: Mount, service: Service) -> str | None:
    """Return where on the host a bind mount from beside the Compose file lies, or None where it is not such a one."""
    directory = wish.project.directory
    if mount.type != "bind" or not mount.source or not _inside(mount.source, directory):
        return None
    if is_source(wish, mount, service):
        return None
    return str(PurePosixPath(FILES) / PurePosixPath(mount.source).relative_to(directory))


def mounts(wish: Wish, name: str) -> list[dict[str, Any]]:
    """Return the mounts of a service as the server has them, Compose long form."""
    service = wish.project.services[name]
    kept = []
    for mount in service.volumes:
        if is_source(wish, mount, service):
            continue
        place = shipped(wish, mount, service)
        entry = mount.as_compose() | {"target": escape(mount.target)}
        if place is not None:
            entry["bind"] = {**entry.get("bind", {}), "create_host_path": False}
        if place or mount.source:
            entry["source"] = escape(place or mount.source or "")
        kept.append(entry)
    return kept


def sources(wish: Wish, name: str) -> dict[str, str]:
    """Return what one service mounts from beside the Compose file: controller path to host path."""
    service = wish.project.services[name]
    places = {mount.source: shipped(wish, mount, service) for mount in service.volumes if mount.source}
    return {source: place for source, place in places.items() if place is not None}


def own_services(wish: Wish) -> list[str]:
    """Return the services that run from the Compose file's own definition: the application's, and carried stores."""
    taken = wish.taken()
    return [name for name in wish.project.services if name not in taken or not STORES[taken[name]].managed]


def files(wish: Wish, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return what to copy to the host: source on the controller, path on the host, and whether it is a directory."""
    found = {source: place for name in names for source, place in sources(wish, name).items()}
    there = wish.local_paths
    return [
        {"source": source, "path": place, "directory": source in there and there[source].directory}
        for source, place in sorted(found.items())
    ]


def digest(wish: Wish, name: str) -> str | None:
    """Return a fingerprint of the files that a service mounts, None where it mounts none.

    As a label it makes Compose replace the container when a file changes: a mounted file is a mounted inode, and the
    container would go on with the old one.
    """
    parts = [f"{place} {wish.local_paths[source].digest}" for source, place in sorted(sources(wish, name).items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16] if parts else None


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
        for each in (_of_build, _of_mounts, _of_dependencies):
            found += each(wish, name, service)
    reason = f"{ROOT}.profiles does not enable it"
    found += [
        Decision(path=f"compose.services.{name}", done="does not run", reason=reason) for name in wish.project.disabled
    ]
    return found


def _not_carried(name: str, service: Service) -> Iterator[Finding]:
    for section, given in (("secrets", service.secrets), ("configs", service.configs)):
        if given:
            yield Finding(
                path=f"compose.services.{name}.{section}",
                value=", ".join(str(each.get("source")) for each in given),
                rule=f"Compose's {section} are not carried to the server",
                hint=f"mount the file by volumes, or give a variable under {ROOT}.secrets",
            )


def findings(wish: Wish) -> list[Finding]:
    """Return what cannot be carried over: files that are not there, and mounts that give a container the host."""
    found = []
    for name in own_services(wish):
        for source in sources(wish, name):
            if source not in wish.local_paths:
                rule = "a bind mount from beside the Compose file must exist, for it is copied to the host"
                path = f"compose.services.{name}.volumes"
                found.append(Finding(path=path, value=source, rule=rule, hint="add it, or drop the mount"))
    for name, service in wish.apps().items():
        found += _not_carried(name, service)
        for mount in service.volumes:
            if mount.source and mount.source.endswith("docker.sock"):
                rule = "whoever holds the engine's socket is root on the host"
                path = f"compose.services.{name}.volumes"
                found.append(Finding(path=path, value=mount.source, rule=rule, hint="drop it", level=WARNING))
    return found
