# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recovery kit on the controller's disk: its own file, and the directory that it is opened into."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.plugin_utils.kit import (
    KitError,
    check_password,
    decoded,
    inside,
    same_secrets,
)
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_seal import seal, unseal

# Says of a directory that a kit was opened into it, which stack's, and what each file was then.
MARK = ".holdfast-kit.json"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The kit that lies there already. document: None where there is none. sealed: the file as it is."""

    document: dict[str, Any] | None = field(default=None, repr=False)
    sealed: bytes = b""


def _owned(mode: int) -> atomic.Owned:
    return atomic.Owned(mode=mode, uid=os.geteuid(), gid=os.getegid())


def look(dest: Path, password: str, stack: str) -> Kept:
    """Return the kit that is to be replaced. Raises KitError where none may be written there, and OSError."""
    check_password(password)
    if dest.is_symlink() or (dest.exists() and not dest.is_file()):
        raise KitError(f"{dest} must be a file, or not be there")
    there = next(path for path in dest.absolute().parents if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise KitError(f"{dest} cannot be written: {there} is no directory that this user may write to")
    if not dest.exists():
        return Kept()
    sealed = dest.read_bytes()
    try:
        document = unseal(sealed, password, str(dest))
    except KitError as error:
        raise KitError(f"{error}. It is not written over: give its password, or move it away") from None
    if document["stack"] != stack:
        raise KitError(f"{dest} is the kit of the stack {document['stack']}, and not of {stack}: name another file")
    return Kept(document=document, sealed=sealed)


def keep(dest: Path, document: Mapping[str, Any], password: str, before: Kept) -> None:
    """Write a kit for its owner alone, whole or not at all. Raises OSError.

    Where secrets change, the kit before stays beside it, its name ending in ``~``: a backup may need the older ones.
    """
    dest.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed = seal(document, password)
    if before.document is not None and not same_secrets(before.document, document):
        atomic.write_file(dest.with_name(f"{dest.name}~"), before.sealed, _owned(0o600))
    atomic.write_file(dest, sealed, _owned(0o600))


def _place(into: Path, name: str) -> Path:
    """Return where a kit's file goes. Raises KitError where that is not below the directory."""
    if not inside(name) or name == MARK:
        raise KitError(f"{name!r} would leave the directory that the kit is opened into")
    path = into / name
    for each in (path, *path.parents):
        if each == into:
            break
        if each.is_symlink():
            raise KitError(f"{each} is a link, and a kit is not opened through one: remove it")
    return path


def unpack(part: Mapping[str, Any], into: Path, known: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Write a kit's files below a directory; return the names of those written, and of those left as they are.

    known: SHA-256 of what a kit wrote there before, by name. A file that somebody has changed since is left. Raises
    KitError and OSError.
    """
    places = {name: _place(into, name) for name in (*part["directories"], *part["files"])}
    for name in part["directories"]:
        places[name].mkdir(mode=0o700, parents=True, exist_ok=True)
    written, left = [], []
    for name, entry in part["files"].items():
        path, data = places[name], decoded(entry)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            there = path.read_bytes()
            if there == data:
                continue
            if hashlib.sha256(there).hexdigest() not in known.get(name, ()):
                left.append(name)
                continue
        atomic.write_file(path, data, _owned(int(entry["mode"], 8) & 0o777))
        written.append(name)
    return written, left


def _marked(into: Path, stack: str) -> dict[str, list[str]]:
    """Return what a kit wrote there before. Raises KitError where the directory is somebody else's."""
    if into.is_symlink() or (into.exists() and not into.is_dir()):
        raise KitError(f"{into} must be a directory, or not be there")
    if not into.exists() or not any(into.iterdir()):
        return {}
    try:
        mark = json.loads((into / MARK).read_bytes())
    except (FileNotFoundError, ValueError):
        raise KitError(f"{into} is not empty, and no kit was opened into it: name another directory") from None
    if mark["stack"] != stack:
        rule = f"this is the kit of {stack}: name another directory"
        raise KitError(f"{into} holds the stack {mark['stack']}, and {rule}")
    found: dict[str, list[str]] = mark["files"]
    return found


def open_into(document: Mapping[str, Any], into: Path) -> tuple[list[str], list[str]]:
    """Write a kit's files into a directory of their own, as unpack does. Raises KitError and OSError."""
    known = _marked(into, document["stack"])
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, entry in document["files"].items():
        own = hashlib.sha256(decoded(entry)).hexdigest()
        known[name] = sorted({*known.get(name, ()), own})
    # First the mark: a run that is killed in between is gone on with by the next.
    mark = json.dumps({"stack": document["stack"], "files": known}, indent=1, sort_keys=True).encode()
    if not (into / MARK).exists() or (into / MARK).read_bytes() != mark:
        atomic.write_file(into / MARK, mark, _owned(0o600))
    return unpack(document, into, known)
