# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A laptop's environment on a server: connection strings keep working, development passwords do not.

Each value leaves here as Compose text: literal parts with ``$`` doubled, secrets as ``${NAME}``, which Compose fills
from the ``.env`` file beside the rendered project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Secret, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_names import foreign, holds_password, sensitive
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Database

SUPERUSER_SECRET = "POSTGRES_SUPERUSER_PASSWORD"  # noqa: S105 - a secret's name, not its value.
REDIS_SECRET = "REDIS_PASSWORD"  # noqa: S105

_URL = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.:-]*)://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<host>[^:/?#]+)(?P<rest>.*)$"
)


@dataclass
class Takeover:
    """What became of every environment: service to variable to Compose text, the secrets, and what to tell."""

    environment: dict[str, dict[str, str | None]] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable of one service that has a value."""

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


def _store_literals(wish: Wish) -> dict[str, str]:
    literals: dict[str, str] = {}
    for kind, store in wish.stores().items():
        service = wish.project.services.get(store.service)
        for name, value in (service.environment if service else {}).items():
            if value and sensitive(name):
                first = databases(wish)[0].owner if kind == "postgres" else ""
                literals[value] = role_secret(first) if kind == "postgres" else name
    return literals


def _check_names(wish: Wish, variable: Variable, user: str, rest: str, out: Takeover) -> None:
    owners = {database.owner for database in databases(wish)}
    names = {database.name for database in databases(wish)}
    see = f"see {ROOT}.stores.postgres.databases"
    if user and user not in owners:
        rule = "the user of a connection string must own a declared database"
        hint = f"owners: {', '.join(sorted(owners))}; {see}"
        out.findings.append(Finding(path=variable.path, value=user, rule=rule, hint=hint))
    wanted = re.split(r"[?#]", rest.partition("/")[2])[0]
    if wanted and wanted not in names:
        rule = "the database of a connection string must be a declared one"
        hint = f"databases: {', '.join(sorted(names))}; {see}"
        out.findings.append(Finding(path=variable.path, value=wanted, rule=rule, hint=hint))


def _store_url(wish: Wish, variable: Variable, out: Takeover) -> str | None:
    match = _URL.match(variable.value)
    kind = wish.taken().get(match["host"]) if match else None
    if match is None or kind is None or not STORES[kind].schemes:
        return None
    user, rest = match["user"] or "", match["rest"]
    redis = wish.stack.stores.redis
    address = f"{match['host']}{escape(rest)}"
    if holds_password(rest):
        rule = "a password stands before the host of a connection string, not behind it"
        hint = f"{match['scheme']}://user:password@{match['host']}"
        out.findings.append(Finding(path=variable.path, value="(not shown)", rule=rule, hint=hint))
    if kind == "postgres":
        _check_names(wish, variable, user, rest, out)
    if (kind == "postgres" and not user) or (kind == "redis" and not (redis and redis.auth)):
        # User and password come in variables of their own, or there is none: nothing of a literal one stays.
        return f"{match['scheme']}://{address}"
    secret = REDIS_SECRET if kind == "redis" else role_secret(user)
    done = f"password replaced by {secret}"
    out.decisions.append(Decision(path=variable.path, done=done, reason=f"{kind} is managed"))
    return f"{match['scheme']}://{escape(user)}:${{{secret}}}@{address}"


def _declared(wish: Wish, variable: Variable, out: Takeover) -> str | None:
    name = variable.name
    mode = wish.stack.secrets.get(name)
    if mode is None:
        return None
    if mode == "keep":
        return escape(variable.value)
    missing = f"app_secrets.{name}"
    if mode == "provide" and name not in wish.provided and all(each.path != missing for each in out.findings):
        rule = "declared as provided, but no value is given"
        hint = f"app_secrets: {{{name}: ...}}, best in an encrypted vault file"
        out.findings.append(Finding(path=missing, rule=rule, hint=hint))
    out.secrets[name] = Secret(name=name, origin=mode, why="declared under secrets")
    done = f"replaced by {name}, {'given' if mode == 'provide' else 'made on the host'}"
    out.decisions.append(Decision(path=variable.path, done=done, reason="declared under secrets"))
    return f"${{{name}}}"


def _literal(variable: Variable, literals: Mapping[str, str], out: Takeover) -> str:
    name, value, path = variable.name, variable.value, variable.path
    inside = holds_password(value)
    if value in literals and sensitive(name):
        secret = literals[value]
        out.decisions.append(Decision(path=path, done=f"replaced by {secret}", reason="it is a store's password"))
        return f"${{{secret}}}"
    if not sensitive(name) and not inside:
        return escape(value)
    if inside or foreign(name):
        rule = "a literal secret in a Compose file is a development value, and this one cannot be made up"
        hint = f"{ROOT}.secrets: {{{name}: provide}} and its value in app_secrets, or keep, or generate"
        out.findings.append(Finding(path=path, value="(not shown)", rule=rule, hint=hint))
        return escape(value)
    out.secrets[name] = Secret(name=name, why=f"a development literal at {path}")
    out.decisions.append(Decision(path=path, done=f"replaced by {name}, made on the host", reason="a literal secret"))
    return f"${{{name}}}"


def _written_out(service: Service, out: Takeover) -> None:
    texts = {"command": service.command, "entrypoint": service.entrypoint, "healthcheck": service.healthcheck}
    for key, value in texts.items():
        if value and holds_password(str(value)):
            rule = "a connection string with a password cannot stand in a command: anybody on the host can read it"
            path = f"compose.services.{service.name}.{key}"
            out.findings.append(Finding(path=path, value="(not shown)", rule=rule, hint="pass it in a variable"))


def _redis_by_name(wish: Wish, service: str, given: Mapping[str, str | None], out: Takeover) -> None:
    redis = wish.stack.stores.redis
    if redis is None or not redis.auth:
        return
    named = [name for name, value in given.items() if value in (redis.service, f"{redis.service}:6379")]
    carries = any("REDIS" in name.upper() and sensitive(name) for name in given)
    if named and not carries:
        rule = "Redis asks for a password, and this service names it without one"
        hint = f"give the service a REDIS_PASSWORD variable or a URL, or say {ROOT}.stores.redis.auth: false"
        path = f"compose.services.{service}.environment.{named[0]}"
        out.findings.append(Finding(path=path, value=redis.service, rule=rule, hint=hint))


def _value(wish: Wish, variable: Variable, literals: Mapping[str, str], out: Takeover) -> str:
    url = _store_url(wish, variable, out)
    if url is not None:
        return url
    name = variable.name
    if "REDIS" in name.upper() and sensitive(name) and wish.stack.stores.redis and name not in wish.stack.secrets:
        done = f"replaced by {REDIS_SECRET}"
        out.decisions.append(Decision(path=variable.path, done=done, reason="Redis is managed"))
        return f"${{{REDIS_SECRET}}}"
    declared = _declared(wish, variable, out)
    return declared if declared is not None else _literal(variable, literals, out)


def _own_secrets(wish: Wish) -> list[Secret]:
    stores = wish.stack.stores
    roles = {database.owner: role_secret(database.owner) for database in databases(wish)}
    found = [Secret(name=secret, why=f"password of the database role {role}") for role, secret in roles.items()]
    if stores.postgres:
        found.append(Secret(name=SUPERUSER_SECRET, why="password of the database superuser"))
    if stores.redis and stores.redis.auth:
        found.append(Secret(name=REDIS_SECRET, why="password of Redis"))
    return found


def take_over(wish: Wish) -> Takeover:
    """Return every service's environment as it is on the server, the secrets needed, and what was decided.

    The managed stores' own environments are not among them: their images are configured by us.
    """
    out = Takeover(secrets={secret.name: secret for secret in _own_secrets(wish)})
    literals = _store_literals(wish)
    for name, service in wish.project.services.items():
        kind = wish.taken().get(name)
        if kind and STORES[kind].managed:
            continue
        extra = wish.stack.services[name].environment if name in wish.stack.services else {}
        given: dict[str, str | None] = {**service.environment, **extra}
        out.environment[name] = {
            key: _value(wish, Variable(service=name, name=key, value=value), {} if kind else literals, out)
            if value
            else value
            for key, value in given.items()
        }
        _written_out(service, out)
        if not kind:
            _redis_by_name(wish, name, given, out)
    for name, mode in wish.stack.secrets.items():
        if name not in out.secrets and mode != "keep":
            rule = "must be a variable that a service of the Compose file has with a value"
            out.findings.append(Finding(path=f"{ROOT}.secrets.{name}", value=name, rule=rule, hint="see the spelling"))
    return out
