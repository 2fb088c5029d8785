# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Literal secrets: which are a store's password, and which are one and the same secret in several services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Secret, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_names import (
    foreign,
    holds_password,
    names_database,
    names_postgres,
    sensitive,
    shaped,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import (
    Takeover,
    Variable,
    escape,
    first_role,
    own_secrets,
    role_secret,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

# Words by which a variable says which carried store its password is for.
_WORDS = {"objects": ("MINIO", "S3", "AWS", "BUCKET", "OBJECT", "STORAGE"), "search": ("MEILI", "SEARCH")}


@dataclass(frozen=True, kw_only=True)
class StoreLiteral:
    """A literal secret of a store's own Compose service."""

    kind: str
    name: str
    value: str


def store_literals(wish: Wish) -> list[StoreLiteral]:
    """Return the literal secrets of the declared stores' Compose services, in the order of their kinds."""
    found = []
    for kind, store in wish.stores().items():
        service = wish.project.services.get(store.service)
        for name, value in (service.environment if service else {}).items():
            if value and sensitive(name, value):
                found.append(StoreLiteral(kind=kind, name=name, value=value))
    return found


def _fits(literal: StoreLiteral, name: str, kind: str | None) -> bool:
    if kind is not None:
        return literal.kind == kind
    if literal.kind == "postgres":
        return names_postgres(name)
    return not STORES[literal.kind].managed and not names_database(name)


def _named(literal: StoreLiteral, name: str) -> bool:
    words = _WORDS.get(literal.kind, ())
    return name == literal.name or any(word in name.upper() for word in words)


def of_store(wish: Wish, variable: Variable, kind: str | None, out: Takeover) -> str | None:
    """Return what becomes of a value that equals a store's password, None where it is no store's.

    kind: what the host variable beside it addresses (store_names.host_kind). Equality alone is weak: laptops give one
    password to everything, so the variable's name must allow it too.
    """
    if not sensitive(variable.name, variable.value):
        return None
    equal = [each for each in store_literals(wish) if each.value == variable.value]
    found = [each for each in equal if _fits(each, variable.name, kind)]
    if kind is None and len({each.kind for each in equal}) > 1:
        named = [each for each in found if each.kind == "postgres" or _named(each, variable.name)]
        if found and len({each.kind for each in named}) != 1:
            rule = "the same literal is the password of several stores, and the name does not say of which"
            return out.refuse(variable.path, rule, "give each store a password of its own in the Compose file")
        found = named
    if not found:
        return None
    return _made(wish, variable, found[0], out)


def _made(wish: Wish, variable: Variable, literal: StoreLiteral, out: Takeover) -> str:
    if wish.stack.secrets.get(literal.name) == "keep":
        return escape(variable.value)
    if literal.kind != "postgres":
        return out.replace(variable.path, literal.name, "it is a store's password")
    role = first_role(wish)
    if role is None:
        rule = "this is the password of the Compose file's database user, who owns no declared database"
        return out.refuse(variable.path, rule, f"see {ROOT}.stores.postgres.databases")
    return out.replace(variable.path, role_secret(role), "it is a store's password")


def _fit_name(wish: Wish, name: str) -> str:
    """Return a secret's name that Compose can fill in and that no store's own secret has."""
    plain = re.sub(r"[^A-Za-z0-9_]|^(?=\d)", "_", name)
    return f"APP_{plain}" if plain in own_secrets(wish) else plain


def _is_foreign(variable: Variable) -> bool:
    return foreign(variable.name, variable.value) or holds_password(variable.value)


def _group(wish: Wish, variable: Variable, others: Iterable[Variable]) -> str | None:
    """Return the secret for a variable without a declaration of its own, None where it cannot be made up."""
    modes = wish.stack.secrets
    equal = [each for each in others if each.value == variable.value]
    declared = list(dict.fromkeys(each.name for each in equal if modes.get(each.name) in ("generate", "provide")))
    if len(declared) == 1:
        return declared[0]
    made = [each for each in equal if each.name not in modes and not _is_foreign(each)]
    if not _is_foreign(variable):
        return _fit_name(wish, made[0].name)
    elsewhere = any(each.service != variable.service for each in made)
    hidden_form = shaped(variable.value) or holds_password(variable.value)
    return _fit_name(wish, made[0].name) if elsewhere and not hidden_form else None


def secret_like(wish: Wish, variable: Variable) -> bool:
    """Tell whether a variable's value is a secret, by its name, its form or the declaration; keep is none."""
    if variable.name in wish.stack.secrets:
        return wish.stack.secrets[variable.name] != "keep"
    return sensitive(variable.name, variable.value) or holds_password(variable.value)


def literal(wish: Wish, variable: Variable, others: Iterable[Variable], out: Takeover) -> str:
    """Return what becomes of a value that is no store's and not declared.

    others: the variables with secrets that are left to this, in the file's order, the variable itself among them.
    Equal literals are one secret: the server that checks a password stands in one service, its client in another.
    """
    if not secret_like(wish, variable):
        return escape(variable.value)
    name = _group(wish, variable, others)
    if name is None:
        rule = "a literal secret in a Compose file is a development value, and this one cannot be made up"
        hint = f"{ROOT}.secrets: {{{variable.name}: provide}} and its value in app_secrets, or keep, or generate"
        return out.refuse(variable.path, rule, hint)
    mode = wish.stack.secrets.get(name, "generate")
    why = "declared under secrets" if name in wish.stack.secrets else f"a development literal at {variable.path}"
    out.secrets.setdefault(name, Secret(name=name, origin=mode, why=why))
    reason = "a literal secret" if name == variable.name else f"a literal secret, the same as {name}"
    return out.replace(variable.path, name, reason, ", given" if mode == "provide" else ", made on the host")


def declared(wish: Wish, variable: Variable, others: Iterable[Variable], out: Takeover) -> str | None:
    """Return what the declaration makes of a variable, also of an empty one; None where it says nothing."""
    name = variable.name
    mode = wish.stack.secrets.get(name)
    if mode is None or (mode == "keep" and not variable.value):
        return None
    if mode == "keep":
        return escape(variable.value)
    missing = f"app_secrets.{name}"
    if mode == "provide" and name not in wish.provided and all(each.path != missing for each in out.findings):
        rule = "declared as provided, but no value is given"
        hint = f"app_secrets: {{{name}: ...}}, best in an encrypted vault file"
        out.findings.append(Finding(path=missing, rule=rule, hint=hint))
    secret = name if mode == "provide" or not variable.value else _first_generated(wish.stack.secrets, variable, others)
    out.secrets[secret] = Secret(name=secret, origin=mode, why="declared under secrets")
    note = ", given" if mode == "provide" else ", made on the host"
    return out.replace(variable.path, secret, "declared under secrets", note)


def _first_generated(modes: Mapping[str, str], variable: Variable, others: Iterable[Variable]) -> str:
    equal = (each.name for each in others if each.value == variable.value and modes.get(each.name) == "generate")
    return next(equal, variable.name)
