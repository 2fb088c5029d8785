# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stack that a host holds already, read from the Compose files that an earlier run left."""

from __future__ import annotations

import json
import re

from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Installed

PROJECTS = ("stores", "edge", "app")
BACKUP = "/etc/holdfast/backup"
KEY = "/etc/holdfast/secrets/BACKUP_KEY"
# As the templates write them: one line each, which needs no YAML reader. The project is <stack>-<part or colour>; a
# managed store's volume has a name that no volume of a Compose file can have.
_NAME = re.compile(r"^name: (\S+)-[a-z]+$", re.MULTILINE)
_PROJECT = re.compile(r"^name: (\S+)$", re.MULTILINE)
_STORE = re.compile(r"^ +name: \S+-stores_([a-z]+)$", re.MULTILINE)


def read_installed(tree: Tree) -> Installed | None:
    """Return the stack below /etc/holdfast: its name, which projects have a file, which managed stores have a volume,
    and where its backups go.

    None where there is no file, or none that may be read.
    """
    texts = {project: tree.text(f"/etc/holdfast/{project}/compose.yaml") for project in PROJECTS}
    names = {project: _NAME.search(text) for project, text in texts.items() if text}
    found = {project: name[1] for project, name in names.items() if name}
    if not found:
        return None
    return Installed(
        name=next(iter(found.values())),
        projects=tuple(found),
        stores=tuple(_STORE.findall(texts["stores"] or "")),
        places=_places(tree.text(f"{BACKUP}/backup.json")),
        keyed=bool(tree.text(KEY)),
    )


def _places(text: str | None) -> tuple[str, ...]:
    """Return where the repositories of backup.json are; none where it is of another make."""
    try:
        return tuple(str(each["where"]) for each in (json.loads(text or "{}") or {}).get("repositories", ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def read_projects(tree: Tree) -> tuple[str, ...]:
    """Return the full names of the Compose projects below /etc/holdfast whose file may be read."""
    texts = (tree.text(f"/etc/holdfast/{project}/compose.yaml") for project in PROJECTS)
    return tuple(found[1] for found in (_PROJECT.search(text or "") for text in texts) if found)
