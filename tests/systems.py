# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The declarations of inventories/ as the lab's hosts get them: backups go to where the lab has room, or nowhere.

inventories/demo/group_vars/lab/system.yml says the same to playbooks.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.lab.paths import ROOT

INVENTORIES = ROOT / "inventories"
LAB = INVENTORIES / "demo/group_vars/lab"
# What every lab host is told of registries.
DOCKER = LAB / "docker.yml"


def variables(path: Path) -> dict[str, Any]:
    """Return the variables of a file of group_vars."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def directory(system: str) -> Path:
    """Return where a system's own inventory lies."""
    return INVENTORIES / system


def declared(system: str, repositories: Sequence[dict[str, Any]] = (), **backup: Any) -> dict[str, Any]:
    """Return a system's declaration with these repositories. backup: further keys of it that are changed."""
    found: dict[str, Any] = copy.deepcopy(variables(directory(system) / "group_vars/all/stack.yml")["holdfast_stack"])
    found["backup"] = found.get("backup", {}) | {"repositories": list(repositories)} | backup
    return found


def given(system: str) -> dict[str, Any]:
    """Return what a system's inventory gives for secrets, without those of its repositories."""
    found = variables(directory(system) / "group_vars/all/secrets.yml")["app_secrets"]
    return {name: value for name, value in found.items() if not name.startswith("BACKUP_")}


def lab_repositories() -> list[dict[str, Any]]:
    """Return where the lab's hosts back up to, unless a test says another place."""
    found: list[dict[str, Any]] = variables(LAB / "system.yml")["lab_repositories"]
    return found
