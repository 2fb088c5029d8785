# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lies at a path, and what should: the vocabulary of everything that writes files."""

from __future__ import annotations

import grp
import os
import pwd
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.atomic import Owned
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

_MODE = re.compile(r"^0?[0-7]{3,4}$")


@dataclass(frozen=True, kw_only=True)
class Access:
    """Mode and owner. uid and gid are None where the name is not known on this host (yet)."""

    mode: int
    uid: int | None
    gid: int | None

    def text(self) -> str:
        """Return one line for a diff."""
        return f"mode {self.mode:04o} owner {_name(self.uid)} group {_name(self.gid)}\n"

    def owned(self) -> Owned:
        """Return what the functions that write ask for. Raises ValueError where a name is unknown."""
        if self.uid is None or self.gid is None:
            raise ValueError("an owner or group is not known on this host")
        return Owned(mode=self.mode, uid=self.uid, gid=self.gid)


@dataclass(frozen=True, kw_only=True)
class State:
    """What lies at a path. kind: absent, file, directory, link or other. content: of a file alone."""

    kind: str
    access: Access | None = None
    content: bytes = b""


ABSENT = State(kind="absent")


def read_state(path: Path, *, content: bool = True) -> State:
    """Return what lies at ``path``; a link is not followed. Raises OSError where it cannot be read."""
    try:
        info = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    access = Access(mode=stat.S_IMODE(info.st_mode), uid=info.st_uid, gid=info.st_gid)
    if stat.S_ISREG(info.st_mode):
        return State(kind="file", access=access, content=path.read_bytes() if content else b"")
    if stat.S_ISDIR(info.st_mode):
        return State(kind="directory", access=access)
    return State(kind="link" if stat.S_ISLNK(info.st_mode) else "other", access=access)


def parse_access(options: dict[str, Any], where: str, *, lenient: bool) -> tuple[Access, list[Finding]]:
    """Return mode and owner from the keys mode, owner and group, and what is wrong with them.

    ``lenient`` lets an unknown name pass: in check mode its package may not be installed yet.
    """
    findings = []
    mode = str(options["mode"])
    if not _MODE.match(mode):
        findings.append(Finding(path=f"{where}.mode", value=mode, rule='is three or four octal digits, such as "0640"'))
        mode = "0600"
    ids = {}
    for key, find in (("owner", _uid), ("group", _gid)):
        ids[key] = find(str(options[key]))
        if ids[key] is None and not lenient:
            findings.append(Finding(path=f"{where}.{key}", value=options[key], rule="is known on this host"))
    return Access(mode=int(mode, 8), uid=ids["owner"], gid=ids["group"]), findings


def parents_missing(path: Path) -> list[Path]:
    """Return the ancestors of ``path`` that do not exist, the topmost first."""
    return [parent for parent in reversed(path.parents) if not os.path.lexists(parent)]


def _uid(name: str) -> int | None:
    if name.isdigit():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _gid(name: str) -> int | None:
    if name.isdigit():
        return int(name)
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _name(number: int | None) -> str:
    return "(not there yet)" if number is None else str(number)
