# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stack that is lost and recovered: pydotorg with a repository, as an inventory that is made for a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests import systems
from tests.lab.hosts import Host
from tests.lab.paths import KEY, KNOWN_HOSTS, ROOT

from . import store

BUILD = ROOT / "build/recovery"
INVENTORY, KIT, RECOVERED = BUILD / "inventory", BUILD / "pydotorg.kit", BUILD / "recovered"
PASSWORD = "a password of the lab alone"
NAME, DATABASE, SUPERUSER = "pydotorg", "pydotorg", "holdfast"
POSTGRES = f"{NAME}-stores-postgres-1"
SSH = f"-o UserKnownHostsFile={KNOWN_HOSTS} -o IdentitiesOnly=yes"


def gone(directory: Path) -> None:
    """Remove a directory of an earlier run, whole. Raises OSError."""
    if directory.exists():
        shutil.rmtree(directory)


def variables(repositories: Sequence[dict[str, Any]], kit: Path, secrets: Mapping[str, str], **backup: Any) -> Any:
    """Return an inventory's variables. secrets: of the repositories. backup: further keys of the declaration."""
    return {
        "holdfast_stack": systems.declared(NAME, repositories, **backup),
        "app_secrets": systems.given(NAME) | dict(secrets),
        "backup_kit_password": PASSWORD,
        "backup_kit_file": str(kit),
        **systems.variables(systems.DOCKER),
    }


def write(inventory: Path, host: Host, given: Mapping[str, Any]) -> None:
    """Write the inventory of a host, in the place of an earlier one."""
    gone(inventory)
    (inventory / "group_vars").mkdir(parents=True)
    shutil.copy(systems.directory(NAME) / "compose.yaml", inventory)
    (inventory / "group_vars/all.json").write_text(json.dumps(given))
    login = {"ansible_host": host.address, "ansible_user": "root", "ansible_ssh_private_key_file": str(KEY)}
    hosts = {"all": {"hosts": {host.name: login | {"ansible_ssh_common_args": SSH}}}}
    (inventory / "hosts.yml").write_text(yaml.safe_dump(hosts))


def lay_out(host: Host, repositories: Sequence[dict[str, Any]], **backup: Any) -> Path:
    """Write the inventory of the host that is lost, and return its directory."""
    write(INVENTORY, host, variables(repositories, KIT, {"BACKUP_1_SFTP_KEY": store.private_key()}, **backup))
    return INVENTORY


def recovering() -> list[str]:
    """Return the words of the one command that brings the stack back on a bare host."""
    return [
        *("-u", "root", "-e", f"kit={KIT}", "-e", f"recover_directory={RECOVERED}"),
        *("-e", f"ansible_ssh_private_key_file={KEY}", "--ssh-common-args", SSH),
        *("-e", json.dumps({"backup_kit_password": PASSWORD})),
    ]
