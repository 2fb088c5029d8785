# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Compose file secrets that are a managed store's password: the made one takes the place of the laptop's."""

from __future__ import annotations

from pathlib import PurePosixPath

from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import (
    REDIS_SECRET,
    first_role,
    redis_asks,
    role_secret,
)

# Where the host keeps what a Compose file mounts from beside itself, and passwords that a container mounts like such a
# file. Closed to all but root: the engine mounts from there, and a secret is read inside its container alone.
FILES = "/etc/holdfast/files"


def store_secrets(wish: Wish) -> dict[str, str]:
    """Return the Compose file secrets that hold a managed store's password: Compose secret to secret of the plan.

    A store says so by a variable that ends in PASSWORD_FILE and names the place where the secret is mounted. Other
    files, as that of POSTGRES_DB_FILE, are no passwords and are shipped.
    """
    role = first_role(wish)
    secrets = {
        "postgres": role_secret(role) if role else None,
        "redis": REDIS_SECRET if redis_asks(wish) else None,
    }
    found = {}
    for service, kind in wish.taken().items():
        secret = secrets.get(kind)
        compose = wish.project.services.get(service)
        if secret is None or compose is None:
            continue
        named = {value for name, value in compose.environment.items() if value and name.endswith("PASSWORD_FILE")}
        text = str(compose.command)
        for each in compose.secrets:
            target = str(PurePosixPath("/run/secrets") / str(each.get("target") or each["source"]))
            if target in named or target in text:
                found[each["source"]] = secret
    return found


def store_secret_files(wish: Wish) -> dict[str, str]:
    """Return where on the host the made password lies for a Compose file secret: Compose secret to path.

    Only those that a service of the Compose file's own mounts; the managed stores have their passwords already.
    """
    taken = wish.taken()
    services = [
        service
        for name, service in wish.project.services.items()
        if name not in taken or not STORES[taken[name]].managed
    ]
    used = {each["source"] for service in services for each in service.secrets}
    return {name: f"{FILES}/{name}" for name in sorted(store_secrets(wish)) if name in used}
