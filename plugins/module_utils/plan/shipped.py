# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a Compose file mounts from beside itself: what is the laptop's source, and where the host keeps the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount, Service
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import escape

# Where the host keeps what was bind-mounted from beside the Compose file. Closed to all but root: the engine mounts
# from there, and a secret among the files is read inside its container alone.
FILES = "/etc/holdfast/files"


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


def place(wish: Wish, source: str) -> str | None:
    """Return where on the host a path from beside the Compose file lies, or None where it is not beside it."""
    directory = wish.project.directory
    if not _inside(source, directory):
        return None
    return str(PurePosixPath(FILES) / PurePosixPath(source).relative_to(directory))


def shipped(wish: Wish, mount: Mount, service: Service) -> str | None:
    """Return where on the host a bind mount from beside the Compose file lies, or None where it is not such a one."""
    if mount.type != "bind" or not mount.source or is_source(wish, mount, service):
        return None
    return place(wish, mount.source)


def mounts(wish: Wish, name: str) -> list[dict[str, Any]]:
    """Return the mounts of a service as the server has them, Compose long form."""
    service = wish.project.services[name]
    kept = []
    for mount in service.volumes:
        if is_source(wish, mount, service):
            continue
        there = shipped(wish, mount, service)
        entry = mount.as_compose() | {"target": escape(mount.target)}
        if there is not None:
            entry["bind"] = {**entry.get("bind", {}), "create_host_path": False}
        if there or mount.source:
            entry["source"] = escape(there or mount.source or "")
        kept.append(entry)
    return kept


def sources(wish: Wish, name: str) -> dict[str, str]:
    """Return what one service mounts from beside the Compose file, secrets and configs included: source to place."""
    service = wish.project.services[name]
    places = {mount.source: shipped(wish, mount, service) for mount in service.volumes if mount.source}
    named = [wish.project.secrets.get(each["source"], {}) for each in service.secrets]
    named += [wish.project.configs.get(each["source"], {}) for each in service.configs]
    places |= {each["file"]: place(wish, each["file"]) for each in named if "file" in each}
    return {source: there for source, there in places.items() if there is not None}


def _section_entry(wish: Wish, entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: escape(value) if isinstance(value, str) else value for key, value in entry.items()}
    if "file" in entry:
        kept["file"] = escape(place(wish, entry["file"]) or entry["file"])
    return kept


def sections(wish: Wish, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the top-level secrets and configs that services use, with files where the host keeps them."""
    project = wish.project
    services = [project.services[name] for name in names]
    found = {}
    for section, entries in (("secrets", project.secrets), ("configs", project.configs)):
        used = sorted({each["source"] for service in services for each in getattr(service, section)})
        if used:
            found[section] = {key: _section_entry(wish, entries[key]) for key in used}
    return found


def own_services(wish: Wish) -> list[str]:
    """Return the services that run from the Compose file's own definition: the application's, and carried stores."""
    taken = wish.taken()
    return [name for name in wish.project.services if name not in taken or not STORES[taken[name]].managed]


def files(wish: Wish, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return what to copy to the host: source on the controller, path on the host, and whether it is a directory."""
    found = {source: path for name in names for source, path in sources(wish, name).items()}
    directories = {source for source, local in wish.local_paths.items() if local.directory}
    return [
        {"source": source, "path": path, "directory": source in directories} for source, path in sorted(found.items())
    ]


def digest(wish: Wish, name: str) -> str | None:
    """Return a fingerprint of the files that a service mounts, None where it mounts none.

    As a label it makes Compose replace the container when a file changes: a mounted file is a mounted inode, and the
    container would go on with the old one. A file that is not there is a finding of its own.
    """
    local = wish.local_paths
    parts = [
        f"{path} {local[source].digest}" for source, path in sorted(sources(wish, name).items()) if source in local
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16] if parts else None
