# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What becomes of a bind mount on a server: configuration is copied, source is left out, data is kept in a volume.

A copy overwrites what is there at every run, and what is left out is lost with its container. So nothing is guessed
where a wrong guess would cost data: what is neither clearly configuration nor clearly source has to be declared.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

SHIP, DROP, VOLUME = "ship", "drop", "volume"
# A path of the host's own, left as it is; and what has to be declared, or was declared wrongly.
KEEP, ASK = "keep", "ask"

# Files that programs read their settings or their pages from. A database or a log has none of these names.
CONFIGURATION = (
    ".conf",
    ".cnf",
    ".ini",
    ".cfg",
    ".yml",
    ".yaml",
    ".toml",
    ".json",
    ".xml",
    ".properties",
    ".env",
    ".sh",
    ".sql",
    ".pem",
    ".crt",
    ".key",
    ".txt",
    ".tmpl",
    ".template",
    ".html",
    ".css",
    ".js",
)
DATA_WORDS = frozenset(
    {
        "data",
        "uploads",
        "upload",
        "media",
        "storage",
        "logs",
        "log",
        "var",
        "db",
        "database",
        "backups",
        "backup",
        "tmp",
        "cache",
        "state",
    }
)
DATA_PLACES = ("/var/lib", "/data", "/var/log")
NOT_BESIDE = "only what lies beside the Compose file is copied to the host"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of one mount. kind: ship, drop, volume, keep or ask.

    why: the reason, or the rule that is broken (ask). hint: what to do (ask). key: the volume's key (volume).
    """

    kind: str
    why: str = ""
    hint: str = ""
    key: str = ""


def own_services(wish: Wish) -> list[str]:
    """Return the services that run from the Compose file's own definition: the application's, and carried stores."""
    taken = wish.taken()
    return [name for name in wish.project.services if name not in taken or not STORES[taken[name]].managed]


def inside(path: str, directory: str) -> bool:
    """Tell whether a path is a directory or lies in it."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _is_file(wish: Wish, source: str) -> bool:
    """Tell a file from a directory; by its name where it is not there."""
    there = wish.local_paths.get(source)
    name = PurePosixPath(source).name
    return not there.directory if there else bool(PurePosixPath(name).suffix) or _is_configuration(name)


def _is_configuration(source: str) -> bool:
    return source.lower().endswith(CONFIGURATION)


def _is_data_like(wish: Wish, source: str, target: str) -> bool:
    # The checkout's own name says nothing: a project may be called data.
    within = posixpath.relpath(source, wish.project.directory)
    names = [within, PurePosixPath(target).name]
    words = {word for name in names for word in re.split(r"[^a-z]+", name.lower())}
    return bool(words & DATA_WORDS) or any(inside(normpath(target), place) for place in DATA_PLACES)


def _said(wish: Wish, name: str, mount: Mount) -> str | None:
    service = wish.stack.services.get(name)
    declared = {normpath(target): kind for target, kind in service.mounts.items()} if service else {}
    return declared.get(normpath(mount.target))


def _is_volume(wish: Wish, name: str, mount: Mount) -> bool:
    """Tell whether a mount is data by itself: declared as such, or a directory that a carried store writes to."""
    if mount.type != "bind" or not mount.source:
        return False
    said = _said(wish, name, mount)
    if said is not None:
        return said == VOLUME
    beside = inside(mount.source, wish.project.directory)
    return name in wish.taken() and beside and not mount.read_only and not _is_file(wish, mount.source)


def volumes(wish: Wish) -> Mapping[str, str]:
    """Return the key of the volume by the directory of the laptop that it takes the place of.

    Services that mount one directory share one volume; it is named after the first of them.
    """
    found: dict[str, str] = {}
    for name in own_services(wish):
        for mount in wish.project.services[name].volumes:
            if mount.source and _is_volume(wish, name, mount):
                slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", normpath(mount.target)).strip("-") or "root"
                found.setdefault(mount.source, f"{name}-{slug}")
    return found


def _ask(name: str, mount: Mount, *, of: str, kinds: str, wish: Wish) -> Fate:
    rule = f"a writable {of} beside the Compose file: is it data or configuration? A copy would overwrite data"
    if name in wish.taken():
        hint = "mount it read-only (:ro), or mount the directory that it lies in"
    else:
        declare = " or ".join(f'{{"{mount.target}": {kind}}}' for kind in kinds.split())
        hint = f"{ROOT}.services.{name}.mounts: {declare}, or mount it read-only (:ro)"
        hint += "; data: mount the directory that it lies in, and declare that one a volume" if of == "file" else ""
    return Fate(kind=ASK, why=rule, hint=hint)


def _declared(wish: Wish, name: str, said: str, source: str) -> Fate:
    if said == DROP:
        return Fate(kind=DROP, why="declared as the laptop's alone")
    if said == SHIP:
        if inside(source, wish.project.directory):
            return Fate(kind=SHIP, why="declared as configuration; copied to the host")
        return Fate(kind=ASK, why=NOT_BESIDE, hint="move it there, or leave it out for a path of the host's own")
    if source in wish.local_paths and _is_file(wish, source):
        rule = "a volume is a directory, and this is a file"
        hint = f"mount the directory that it lies in, and declare that one in {ROOT}.services.{name}.mounts"
        return Fate(kind=ASK, why=rule, hint=hint)
    return Fate(kind=VOLUME, why="declared as data; never copied", key=volumes(wish)[source])


def _context(wish: Wish, name: str) -> str:
    return str((wish.project.services[name].build or {}).get("context") or "")


def _undeclared(wish: Wish, name: str, mount: Mount, source: str) -> Fate:
    context, file = _context(wish, name), _is_file(wish, source)
    built = bool(context) and inside(source, context)
    if built and not mount.read_only and not file and not _is_data_like(wish, source, mount.target):
        return Fate(kind=DROP, why="source for hot reload; the image holds the code")
    if not inside(source, wish.project.directory):
        hint = f'move it there, or {ROOT}.services.{name}.mounts: {{"{mount.target}": drop}}'
        # Neither beside the Compose file nor of the build: a path that the host itself has.
        return Fate(kind=ASK, why=NOT_BESIDE, hint=hint) if built else Fate(kind=KEEP)
    if mount.read_only:
        return Fate(kind=SHIP, why="the container only reads it; copied to the host")
    if file and _is_configuration(source):
        return Fate(kind=SHIP, why="a file of configuration by its name; copied to the host")
    of, kinds = ("file", "ship drop") if file else ("directory", "volume drop" if built else "volume ship")
    return _ask(name, mount, of=of, kinds=kinds, wish=wish)


def fate(wish: Wish, name: str, mount: Mount) -> Fate:
    """Return what becomes of one mount of a service. Mounts that are no bind mounts are kept."""
    source = mount.source
    if mount.type != "bind" or not source:
        return Fate(kind=KEEP)
    said = _said(wish, name, mount)
    if said is not None:
        return _declared(wish, name, said, source)
    shared = volumes(wish)
    if source in shared:
        return Fate(kind=VOLUME, why="data; never copied", key=shared[source])
    for other in shared if inside(source, wish.project.directory) else ():
        if inside(source, other) or inside(other, source):
            rule = f"part of it is data, kept in the volume that takes the place of {other}"
            hint = f'{ROOT}.services.{name}.mounts: {{"{mount.target}": volume}}, or drop, or ship'
            return Fate(kind=ASK, why=rule, hint=hint)
    return _undeclared(wish, name, mount, source)
