# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where the host keeps what a Compose file mounts from beside itself, and how the mounts look there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount
from ansible_collections.holdfast.host.plugins.module_utils.plan import binds
from ansible_collections.holdfast.host.plugins.module_utils.plan.binds import inside
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_secrets import FILES, store_secret_files
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import escape


def place(wish: Wish, source: str) -> str | None:
    """Return where on the host a path from beside the Compose file lies, or None where it is not beside it."""
    directory = wish.project.directory
    if not inside(source, directory):
        return None
    return str(PurePosixPath(FILES) / PurePosixPath(source).relative_to(directory))


def _entry(wish: Wish, name: str, mount: Mount) -> dict[str, Any] | None:
    fate = binds.fate(wish, name, mount)
    target = escape(mount.target)
    if fate.kind in (binds.DROP, binds.ASK):
        return None
    if fate.kind == binds.VOLUME:
        # A mount's options are those of a bind mount.
        volume = {"type": "volume", "source": fate.key, "target": target}
        return {**volume, "read_only": True} if mount.read_only else volume
    entry = mount.as_compose() | {"target": target}
    there = place(wish, mount.source) if mount.source and fate.kind == binds.SHIP else None
    if there is not None:
        entry["bind"] = {**entry.get("bind", {}), "create_host_path": False}
    return {**entry, "source": escape(there or mount.source)} if mount.source else entry


def mounts(wish: Wish, name: str) -> list[dict[str, Any]]:
    """Return the mounts of a service as the server has them, Compose long form."""
    entries = (_entry(wish, name, mount) for mount in wish.project.services[name].volumes)
    return [entry for entry in entries if entry is not None]


def sources(wish: Wish, name: str) -> dict[str, str]:
    """Return what one service takes from beside the Compose file, secrets and configs included: source to place."""
    service = wish.project.services[name]
    made = store_secret_files(wish)
    named = [wish.project.secrets.get(each["source"], {}) for each in service.secrets if each["source"] not in made]
    named += [wish.project.configs.get(each["source"], {}) for each in service.configs]
    mounted = [mount for mount in service.volumes if binds.fate(wish, name, mount).kind == binds.SHIP]
    paths = [mount.source for mount in mounted if mount.source] + [each["file"] for each in named if "file" in each]
    places = {path: place(wish, path) for path in paths}
    return {source: there for source, there in places.items() if there is not None}


def _section_entry(wish: Wish, entry: Mapping[str, Any], made: str | None) -> dict[str, Any]:
    kept = {key: escape(value) if isinstance(value, str) else value for key, value in entry.items()}
    if "file" in entry:
        kept["file"] = escape(made or place(wish, entry["file"]) or entry["file"])
    return kept


def sections(wish: Wish, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the top-level secrets and configs that services use, with files where the host keeps them.

    A secret that is a managed store's password is the one made on the host, and not the laptop's.
    """
    project = wish.project
    services = [project.services[name] for name in names]
    found = {}
    for section, entries in (("secrets", project.secrets), ("configs", project.configs)):
        made = store_secret_files(wish) if section == "secrets" else {}
        used = sorted({each["source"] for service in services for each in getattr(service, section)})
        if used:
            found[section] = {key: _section_entry(wish, entries[key], made.get(key)) for key in used}
    return found


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
