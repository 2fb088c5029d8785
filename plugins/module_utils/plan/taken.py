# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the steps of the takeover share: its result, a variable, and the names of the stores' secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Secret, Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Database

SUPERUSER_SECRET = "POSTGRES_SUPERUSER_PASSWORD"  # noqa: S105 - a secret's name, not its value.
REDIS_SECRET = "REDIS_PASSWORD"  # noqa: S105
HIDDEN = "(not shown)"


@dataclass
class Takeover:
    """What became of every environment: service to variable to Compose text, the secrets, and what to tell.

    secret_places: Compose file secret to the file of the host that holds the managed store's password in its place.
    """

    environment: dict[str, dict[str, str | None]] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    secret_places: dict[str, str] = field(default_factory=dict)

    def refuse(self, path: str, rule: str, hint: str, value: str = HIDDEN) -> str:
        """Add a finding. Return what stands in the refused value's place: nothing, for it may be a password."""
        self.findings.append(Finding(path=path, value=value, rule=rule, hint=hint))
        return ""

    def replace(self, path: str, secret: str, reason: str, note: str = "") -> str:
        """Add the decision that a secret replaces a value, and return the Compose text that refers to it."""
        self.decisions.append(Decision(path=path, done=f"replaced by {secret}{note}", reason=reason))
        return f"${{{secret}}}"


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable of one service. value: empty where it has none."""

    service: str
    name: str
    value: str

    @property
    def path(self) -> str:
        """Return where it stands, for decisions and findings."""
        return f"compose.services.{self.service}.environment.{self.name}"


def escape(text: str) -> str:
    """Return literal text as a Compose file holds it: Compose would read a single dollar as a variable."""
    return text.replace("$", "$$")


def escape_all(value: Any) -> Any:
    """Return a value with every string of it escaped, at any depth."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, Mapping):
        return {name: escape_all(entry) for name, entry in value.items()}
    return [escape_all(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def role_secret(role: str) -> str:
    """Return the name of the secret that is a database role's password, fit for a variable whatever the role's name."""
    return "POSTGRES_PASSWORD_" + re.sub(r"[^A-Z0-9_]", "_", role.upper())


def databases(wish: Wish) -> tuple[Database, ...]:
    """Return the declared databases, or the one that the Compose service's environment names.

    The official image's own defaults: POSTGRES_USER is postgres, POSTGRES_DB is the user's name.
    """
    postgres = wish.stack.stores.postgres
    if postgres is None:
        return ()
    if postgres.databases:
        return postgres.databases
    service = wish.project.services.get(postgres.service)
    environment = service.environment if service else {}
    owner = environment.get("POSTGRES_USER") or "postgres"
    return (Database(name=environment.get("POSTGRES_DB") or owner, owner=owner),)


def first_role(wish: Wish) -> str | None:
    """Return the role whose password the Compose file's POSTGRES_PASSWORD is, None where that cannot be told.

    It is POSTGRES_USER where that owns a database, else the one role that there is.
    """
    postgres = wish.stack.stores.postgres
    service = wish.project.services.get(postgres.service) if postgres else None
    owners = {database.owner for database in databases(wish)}
    named = (service.environment.get("POSTGRES_USER") if service else None) or "postgres"
    if named in owners:
        return named
    return next(iter(owners)) if len(owners) == 1 else None


def redis_asks(wish: Wish) -> bool:
    """Tell whether there is a managed Redis that asks for a password."""
    return bool(wish.stack.stores.redis and wish.stack.stores.redis.auth)


def own_secrets(wish: Wish) -> dict[str, Secret]:
    """Return the secrets of the managed stores themselves, by name."""
    stores = wish.stack.stores
    roles = {database.owner: role_secret(database.owner) for database in databases(wish)}
    found = [Secret(name=secret, why=f"password of the database role {role}") for role, secret in roles.items()]
    if stores.postgres:
        found.append(Secret(name=SUPERUSER_SECRET, why="password of the database superuser"))
    if redis_asks(wish):
        found.append(Secret(name=REDIS_SECRET, why="password of Redis"))
    return {secret.name: secret for secret in found}
