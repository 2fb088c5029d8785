# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a Compose file holds for the laptop, and what a server does with it. Each difference is a line of the plan."""

from __future__ import annotations

from collections.abc import Iterator
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


def is_source(mount: Mount, service: Service) -> bool:
    """Tell whether a bind mount is the build's own source, mounted over the image for hot reload."""
    context = (service.build or {}).get("context")
    return bool(mount.type == "bind" and mount.source and context and _inside(mount.source, str(context)))


def shipped(mount: Mount, directory: str) -> str | None:
    """Return where on the host a bind mount from beside the Compose file lies, or None where it is not such a one."""
    if mount.type != "bind" or not mount.source or not _inside(mount.source, directory):
        return None
    return str(PurePosixPath(FILES) / PurePosixPath(mount.source).relative_to(directory))


def mounts(wish: Wish, name: str) -> list[dict[str, Any]]:
    """Return the mounts of a service as the server has them, Compose long form."""
    service = wish.project.services[name]
    kept = []
    for mount in service.volumes:
        entry = mount.as_compose() | ({"source": escape(mount.source)} if mount.source else {})
        entry["target"] = escape(mount.target)
        place = shipped(mount, wish.project.directory)
        if is_source(mount, service):
            continue
        if place is not None:
            entry["source"] = escape(place)
            entry.setdefault("bind", {})["create_host_path"] = False
        kept.append(entry)
    return kept


def files(wish: Wish) -> dict[str, str]:
    """Return what to copy to the host: controller path to host path."""
    found: dict[str, str] = {}
    for name in wish.apps():
        service = wish.project.services[name]
        for mount in service.volumes:
            place = shipped(mount, wish.project.directory)
            if place is not None and not is_source(mount, service) and mount.source:
                found[mount.source] = place
    return found


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
        place = shipped(mount, wish.project.directory)
        if is_source(mount, service):
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


def _of_stores(wish: Wish) -> Iterator[Decision]:
    for kind, store in wish.stores().items():
        service = wish.project.services.get(store.service)
        if service is None:
            continue
        row = STORES[kind]
        done = f"managed {kind} {getattr(store, 'version', '')}".strip() if row.managed else f"kept as {kind} store"
        reason = f"the name {store.service} stays; its image was {service.image or 'built'}"
        yield Decision(path=f"compose.services.{store.service}", done=done, reason=reason)


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
    for source in files(wish):
        if source not in wish.local_paths:
            rule = "a bind mount from beside the Compose file must exist, for it is copied to the host"
            found.append(Finding(path="compose.volumes", value=source, rule=rule, hint="add it, or drop the mount"))
    for name, service in wish.apps().items():
        found += _not_carried(name, service)
        for mount in service.volumes:
            if mount.source and mount.source.endswith("docker.sock"):
                rule = "whoever holds the engine's socket is root on the host"
                path = f"compose.services.{name}.volumes"
                found.append(Finding(path=path, value=mount.source, rule=rule, hint="drop it", level=WARNING))
    return found
