# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which secret lies in which file of the host, and who may read it. Names only; the host fills in the values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup, backup_config
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import POOLER_UID, STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_secrets import store_secrets
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import (
    REDIS_SECRET,
    SUPERUSER_SECRET,
    Takeover,
)

DIRECTORY = "/etc/holdfast/secrets"
REDIS_FILE = f"{DIRECTORY}/redis_auth.conf"
# In the directory that PgBouncer mounts, and not a file that is mounted by itself: a new one reaches it by a reload.
USERLIST = "/etc/holdfast/stores/pgbouncer/userlist.txt"
# What Compose itself would fill in; a doubled dollar is a literal one.
_REFERENCE = re.compile(r"(?<!\$)(?:\$\$)*\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def references(texts: Iterable[str | None]) -> list[str]:
    """Return the names that Compose texts refer to, sorted, each once."""
    return sorted({name for text in texts if text for name in _REFERENCE.findall(text)})


def env_file(path: str, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return the one env file that fills in the named secrets, as the secrets module takes it."""
    return [{"path": path, "variables": {name: f"${{secret:{name}}}" for name in names}}]


def _mounted(wish: Wish, taken: Takeover) -> list[dict[str, Any]]:
    """Return the files that stand in for a laptop's file secrets; any user of a container may read its own."""
    names = store_secrets(wish)
    return [
        {"path": path, "content": f"${{secret:{names[name]}}}", "mode": "0444"}
        for name, path in taken.secret_places.items()
    ]


def _userlist(postgres: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the file of the roles' passwords that PgBouncer reads; none without a pooler.

    It lets clients in and logs in to the server with them (PgBouncer's configuration page, "Authentication file
    format").
    """
    if not postgres or not postgres.get("pooler"):
        return []
    lines = [f'"{role["name"]}" "${{secret:{role["secret"]}}}"\n' for role in postgres["roles"]]
    return [{"path": USERLIST, "content": "".join(lines), "owner": str(POOLER_UID), "mode": "0400"}]


def _of_backup(
    wish: Wish, postgres: Mapping[str, Any] | None, planned: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    declared = backup.declared(wish)
    if declared is None or planned is None:
        return []
    return list(backup_config.secret_files(declared, planned, postgres["version"] if postgres else 0))


def secret_files(
    wish: Wish, taken: Takeover, postgres: Mapping[str, Any] | None, planned: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the secrets (names), the env files of the two projects, servers' password files, and the roles' files.

    stores_absent: paths that must not exist any more. planned: the plan's part of backups, None without.

    A file that a container mounts belongs to the user that its server runs as: the official images give up root
    before they read it.
    """
    owners = {SUPERUSER_SECRET: STORES["postgres"].uid}
    names = [{"name": name, "owner": str(owners.get(name, 0))} for name in sorted(taken.secrets)]
    in_stores = [text for name, env in taken.environment.items() if name in wish.taken() for text in env.values()]
    in_app = [text for name, env in taken.environment.items() if name not in wish.taken() for text in env.values()]
    userlist = _userlist(postgres)
    of_backup = _of_backup(wish, postgres, planned)
    redis = {
        "path": REDIS_FILE,
        "content": f"requirepass ${{secret:{REDIS_SECRET}}}\n",
        "owner": str(STORES["redis"].uid),
        "mode": "0400",
    }
    return {
        "names": names,
        "stores_env": env_file("/etc/holdfast/stores/.env", references(in_stores))
        + ([redis] if REDIS_SECRET in taken.secrets else [])
        + userlist
        + of_backup,
        "stores_absent": ([] if userlist else [USERLIST])
        # Without backups their whole directory goes.
        + (backup_config.stale(each["path"] for each in of_backup) if planned else []),
        "app_env": env_file("/etc/holdfast/app/.env", references(in_app)) + _mounted(wish, taken),
        "postgres_roles": [
            {"name": role["name"], "password_file": f"{DIRECTORY}/{role['secret']}"}
            for role in (postgres["roles"] if postgres else ())
        ],
    }
