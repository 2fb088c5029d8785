# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host's side of the recovery kit: its secrets, and the note by which it knows what of them the kit holds."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.module_utils.file_state import parents_missing, read_state
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import KEY_FILE, is_name, version

PATH = "/var/lib/holdfast/backup/kit.json"


@dataclass(frozen=True, kw_only=True)
class Held:
    """What lies in the directory of the secrets.

    secrets: values by name. key: of the versions, empty where there is none. ignored: names of what is no secret.
    """

    secrets: dict[str, str] = field(repr=False)
    key: bytes = field(repr=False)
    ignored: tuple[str, ...] = ()

    def versions(self) -> dict[str, str]:
        """Return twelve hexadecimal digits for each secret that change with it and tell nothing of it."""
        return {name: version(self.key, name, value) for name, value in self.secrets.items()} if self.key else {}


def held(directory: Path, derived: Iterable[str] = ()) -> Held:
    """Return the secrets of a host. derived: paths of files that are made from secrets, and so are none themselves.

    Raises OSError, and ValueError, which names the file and no value, where one cannot be read as a secret.
    """
    left_out = set(derived)
    values, ignored = {}, []
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        if path.name.startswith(".") or str(path) in left_out:
            continue
        state = read_state(path)
        if state.kind != "file" or not is_name(path.name):
            ignored.append(path.name)
            continue
        try:
            values[path.name] = state.content.decode()
        except UnicodeDecodeError:  # its text would show a part of the value
            raise ValueError(f"{path} is not UTF-8 text") from None
    return Held(secrets=values, key=read_state(directory / KEY_FILE).content, ignored=tuple(ignored))


def _pad(data: bytes, token: str) -> bytes:
    # Keccak may be keyed by a prefix (keccak.team, "Strengths of Keccak"), and its output be of any length. A key
    # is used once.
    stream = hashlib.shake_256(token.encode()).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))


def covered(secrets: Mapping[str, str], token: str) -> str:
    """Return secrets so that what a connection prints of them, where a run is verbose, tells nothing.

    token: drawn by the controller for this one answer.
    """
    return base64.b64encode(_pad(json.dumps(secrets).encode(), token)).decode("ascii")


def uncovered(answer: str, token: str) -> dict[str, str]:
    """Return what was covered."""
    found: dict[str, str] = json.loads(_pad(base64.b64decode(answer), token))
    return found


def text(note: Mapping[str, Any], host: Held) -> str:
    """Return what the host keeps of a kit: no secret.

    note: written (UTC), file (on the controller), digest (of the kit's content), and versions of the secrets in it;
    without those it is a kit of the secrets that the host has. The digest is kept keyed too: it is of secrets among
    other things.
    """
    shown = {"versions": host.versions()} | {name: value for name, value in note.items() if name != "digest"}
    shown["content"] = version(host.key, "recovery kit", note["digest"])
    return json.dumps(shown, indent=1, sort_keys=True) + "\n"


def stands(path: Path, note: Mapping[str, Any], host: Held) -> bool:
    """Tell whether the host knows of a kit already; of none, where there is none. Raises OSError."""
    state = read_state(path)
    return bool(note) and state.kind == "file" and state.content == text(note, host).encode()


def write(path: Path, wanted: str) -> None:
    """Write the note for root alone. Raises OSError."""
    for parent in parents_missing(path):
        atomic.make_directory(parent, atomic.Owned(mode=0o755, uid=os.geteuid(), gid=os.getegid()))
    atomic.write_file(path, wanted.encode(), atomic.Owned(mode=0o600, uid=os.geteuid(), gid=os.getegid()))
