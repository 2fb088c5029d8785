# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recovery kit as a document: all that a bare host needs besides data, and how two of them differ.

A JSON-able dict with the keys:

- format, version: what it is.
- stack: name of the stack. host: name in the inventory. written: UTC, ISO 8601.
- directory: where relative paths of the declaration start from, relative to the files.
- directories: relative paths of directories that are there, empty ones too.
- files: relative path to mode (octal, as text) and text, or base64 where it is no UTF-8 text.
- variables: name to resolved value: the declaration, and what the inventory sets of the roles' own variables.
- given: names of the secrets that the user gives.
- secrets: name to value, of every secret of the host, those of the user among them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Any

FORMAT = "holdfast.host recovery kit"
VERSION = 1
# Who has the kit can try passwords for as long as they like, and ansible-vault stretches one by 10,000 rounds of PBKDF2
# alone: the length has to keep them out.
SHORTEST = 20
# Declarations and configuration stay far below; what is larger is data, and belongs into the backups.
LARGEST_BYTES = 32 * 1024 * 1024
# When and of whom it was written is no part of what is in it.
ABOUT = ("written", "host")
_SHAPE: Mapping[str, type] = {
    "stack": str,
    "written": str,
    "directory": str,
    "directories": list,
    "files": dict,
    "variables": dict,
    "given": list,
    "secrets": dict,
}


class KitError(ValueError):
    """Why a kit is not written or not opened, with what to do about it. Never holds a value."""


def now() -> str:
    """Return the time, UTC, ISO 8601, in whole seconds."""
    return datetime.now(tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def made(plan: Mapping[str, Any], part: Mapping[str, Any], **keys: Any) -> dict[str, Any]:
    """Return the document. plan: of the host. part: files, host and time. keys: variables, given, secrets."""
    return {"format": FORMAT, "version": VERSION, "stack": plan["name"], **part, **keys}


def check_password(password: str) -> None:
    """Raise KitError for a password that is too short to protect every secret of a host."""
    if len(password) < SHORTEST:
        said = "none was given" if not password else f"this one has {len(password)}"
        raise KitError(f"the kit's password must have {SHORTEST} characters or more; {said}")


def encoded(data: bytes, mode: int) -> dict[str, str]:
    """Return a file as the document has it."""
    entry = {"mode": f"{mode:04o}"}
    try:
        return {**entry, "text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {**entry, "base64": base64.b64encode(data).decode("ascii")}


def decoded(entry: Mapping[str, str]) -> bytes:
    """Return the content of a file of the document."""
    if "text" in entry:
        return entry["text"].encode("utf-8")
    return base64.b64decode(entry["base64"], validate=True)


def digest(document: Mapping[str, Any]) -> str:
    """Return a SHA-256, hexadecimal, of what is in a kit, whenever and of whomever it was written."""
    content = {name: value for name, value in document.items() if name not in ABOUT}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _differ(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{what} {name} is new"
        elif name not in after:
            yield f"{what} {name} is gone"
        elif before[name] != after[name]:
            yield f"{what} {name} is another"


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Return a line for each thing in which two kits differ, names only. before: None where there is none."""
    if before is None:
        return ["there is no kit yet"]
    lines = [
        *_differ("secret", before["secrets"], after["secrets"]),
        *_differ("variable", before["variables"], after["variables"]),
        *_differ("file", before["files"], after["files"]),
    ]
    if not lines and digest(before) != digest(after):
        return ["how it is to be opened is another"]
    return lines


def same_secrets(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether two kits hold the same secrets."""
    return bool(before["secrets"] == after["secrets"])


def inside(name: str) -> bool:
    """Tell whether a relative path stays below the directory that it starts from, and is the one name of its file."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and str(path) == name and "\0" not in name


def _text(value: object) -> bool:
    return isinstance(value, str)


def _entry(value: object) -> bool:
    return isinstance(value, dict) and _text(value.get("mode")) and ("text" in value) != ("base64" in value)


def checked(document: object, name: str) -> dict[str, Any]:
    """Return a decrypted document as a kit. Raises KitError. name: of its file, for the message."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise KitError(f"{name} is encrypted, but holds no recovery kit")
    version = document.get("version")
    if not isinstance(version, int) or version > VERSION:
        rule = f"this collection reads formats up to {VERSION}"
        raise KitError(f"{name} was written in format {version}, and {rule}: open it with a newer one")
    wrong = [key for key, kind in _SHAPE.items() if not isinstance(document.get(key), kind)]
    if not wrong:
        texts = [*document["given"], *document["secrets"].values(), *document["directories"]]
        wrong += [] if all(map(_text, texts)) else ["a list of names"]
        wrong += [] if all(map(_entry, document["files"].values())) else ["files"]
    if wrong:
        raise KitError(f"{name} is no whole recovery kit: {', '.join(wrong)} cannot be read")
    names = [*document["files"], *document["directories"], document["directory"]]
    leaving = [each for each in names if not inside(each)]
    if leaving:
        raise KitError(f"{name} is not opened: {leaving[0]!r} would leave the directory that it is opened into")
    return document


def recovered(document: Mapping[str, Any], into: str) -> dict[str, Any]:
    """Return the variables that the lost host's inventory gave the roles.

    into: the absolute path that the files lie in. Of the secrets the user's own are among them; the others are no
    variables of an inventory, and go to the host before a role would make new ones.
    """
    directory = str(PurePosixPath(into) / document["directory"])
    return {
        **document["variables"],
        "app_secrets": {name: document["secrets"][name] for name in document["given"] if name in document["secrets"]},
        "preflight_directory": directory,
        "edge_directory": directory,
    }
