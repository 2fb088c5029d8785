# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whom a service's variables address: a store by its URL, or by a host variable that has siblings for the login."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_names import holds_password
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import (
    HIDDEN,
    REDIS_SECRET,
    Takeover,
    Variable,
    databases,
    escape,
    first_role,
    redis_asks,
    role_secret,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import IDENTIFIER

_URL = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.:-]*)://(?:(?P<user>[^:@/\s]*)(?::(?P<password>[^/\s]*))?@)?(?P<host>[^:/?#@,\s]+)"
    r"(?P<rest>(?:[:/?#]\S*)?)$",
    re.IGNORECASE,
)
_HOST = re.compile(r"^(?P<host>[\w.-]+)(?::\d+)?$")
_ANCHOR = re.compile(r"^(?P<prefix>.*?)(?:(?:URL_?)?(?:HOST(?:_?NAME)?|ADDR(?:ESS)?|SERVER))$")
_URL_ANCHOR = re.compile(r"^(?P<prefix>.+?)(?:JDBC_)?(?:UR[LI]|DSN)$")
_USER = ("USER", "USERNAME", "USER_NAME")
_DATABASE = ("NAME", "DATABASE", "DB", "DBNAME", "DB_NAME", "DATABASE_NAME")
_PASSWORD = ("PASSWORD", "PASSWD", "PASS", "PWD")
_SEE = f"see {ROOT}.stores.postgres.databases"


def _shown(text: str) -> str:
    """Return text that came out of a connection string, where it cannot be a password that was misread."""
    return text if re.fullmatch(IDENTIFIER.pattern, text) else HIDDEN


def check_user(wish: Wish, path: str, user: str, out: Takeover) -> bool:
    """Tell whether a user owns a declared database; where not, add a finding."""
    owners = sorted({database.owner for database in databases(wish)})
    if user in owners:
        return True
    rule = "the user of a connection must own a declared database"
    out.refuse(path, rule, f"owners: {', '.join(owners)}; {_SEE}", _shown(user))
    return False


def check_database(wish: Wish, path: str, wanted: str, out: Takeover) -> bool:
    """Tell whether a database is a declared one; where not, add a finding."""
    names = sorted({database.name for database in databases(wish)})
    if wanted in names:
        return True
    rule = "the database of a connection must be a declared one"
    out.refuse(path, rule, f"databases: {', '.join(names)}; {_SEE}", _shown(wanted))
    return False


def store_url(wish: Wish, variable: Variable, out: Takeover) -> str | None:
    """Return what becomes of a URL that addresses a managed store, None for any other value.

    A list of URLs is not one: it has more than one login, and is for the caller to refuse.
    """
    match = _URL.match(variable.value)
    kind = wish.addresses().get(match["host"]) if match else None
    if match is None or kind is None or not STORES[kind].schemes or "://" in match["rest"] or "@" in match["rest"]:
        return None
    user, rest = unquote(match["user"] or ""), match["rest"]
    address = f"{match['host']}{escape(rest)}"
    if holds_password(rest):
        rule = "a password stands before the host of a connection string, not behind it"
        return out.refuse(variable.path, rule, "scheme://user:password@host:port/name")
    if kind == "postgres":
        wanted = unquote(re.split(r"[?#]", rest.partition("/")[2])[0])
        known = not user or check_user(wish, variable.path, user, out)
        if not (not wanted or check_database(wish, variable.path, wanted, out)) or not known:
            return ""
    if (kind == "postgres" and not user) or (kind == "redis" and not redis_asks(wish)):
        # User and password come in variables of their own, or there is none: nothing of a literal one stays.
        return f"{match['scheme']}://{address}"
    secret = REDIS_SECRET if kind == "redis" else role_secret(user)
    done = f"password replaced by {secret}"
    out.decisions.append(Decision(path=variable.path, done=done, reason=f"{kind} is managed"))
    # Redis has the one user of the password; another name before it is from the laptop and means nothing there.
    shown = user if kind == "postgres" else ""
    return f"{match['scheme']}://{escape(shown)}:${{{secret}}}@{address}"


def host_of(value: str) -> str | None:
    """Return the host that a value names, be it plain, with a port or in a URL; None where it names none."""
    match = _URL.match(value) if "://" in value else _HOST.match(value)
    return match["host"] if match else None


def addressed(wish: Wish, given: Mapping[str, str | None]) -> dict[str, str]:
    """Return what the host variables address: their prefix, in capitals, to the kind of store, empty for another host.

    A URL variable speaks for its siblings only where it names a store: SITE_URL says nothing about SITE_PASSWORD.
    """
    addresses = wish.addresses()
    found: dict[str, str] = {}
    for pattern in (_URL_ANCHOR, _ANCHOR):
        for name, value in given.items():
            match = pattern.match(name.upper())
            host = host_of(value) if value and match else None
            if match and host and (pattern is _ANCHOR or host in addresses):
                prefix = match["prefix"]
                found[prefix] = addresses.get(host) or (found.get(prefix, "") if pattern is _ANCHOR else "")
    return found


def host_kind(name: str, kinds: Mapping[str, str]) -> str | None:
    """Return the kind of store that a password's sibling host addresses, empty for another host, None without one."""
    upper = name.upper()
    return next((kinds[prefix] for prefix in kinds for word in _PASSWORD if upper == prefix + word), None)


def _sibling(given: Mapping[str, str | None], prefix: str, words: tuple[str, ...]) -> tuple[str, str]:
    for name, value in given.items():
        if value and name.upper() in [prefix + word for word in words]:
            return name, value
    return "", ""


def _role(wish: Wish, service: str, given: Mapping[str, str | None], prefix: str, out: Takeover) -> str | None:
    """Return the role that a prefix's login is of, None where a finding says why there is none."""
    path = f"compose.services.{service}.environment."
    (user_name, user), (name, wanted) = (_sibling(given, prefix, words) for words in (_USER, _DATABASE))
    owners = {database.name: database.owner for database in databases(wish)}
    if not prefix:
        # A bare HOST says less: beside it USER and NAME may be anything's.
        return user if user in owners.values() else owners.get(wanted) or first_role(wish)
    known = not user or check_user(wish, path + user_name, user, out)
    if not (not wanted or check_database(wish, path + name, wanted, out)) or not known:
        return None
    return user or owners.get(wanted) or first_role(wish)


def redis_password(wish: Wish, variable: Variable, out: Takeover) -> str:
    """Return what becomes of a password for the managed Redis: its secret, or nothing where it asks for none."""
    if redis_asks(wish):
        return out.replace(variable.path, REDIS_SECRET, "Redis is managed")
    if variable.value:
        reason = f"{ROOT}.stores.redis.auth is false"
        out.decisions.append(Decision(path=variable.path, done="is empty", reason=reason))
    return ""


def by_siblings(wish: Wish, service: str, given: Mapping[str, str | None], out: Takeover) -> dict[str, str]:
    """Return the password variables that stand beside a host variable of a managed store, with what becomes of them."""
    found: dict[str, str] = {}
    for prefix, kind in addressed(wish, given).items():
        if not kind or not STORES[kind].managed:
            continue
        before = len(out.findings)
        role = _role(wish, service, given, prefix, out) if kind == "postgres" else None
        refused = len(out.findings) > before
        for name in (each for each in given if each.upper() in [prefix + word for word in _PASSWORD]):
            variable = Variable(service=service, name=name, value=given[name] or "")
            if kind == "redis":
                found[name] = redis_password(wish, variable, out)
            elif role is not None:
                found[name] = out.replace(
                    variable.path, role_secret(role), "the host beside it is the managed postgres"
                )
            else:
                rule = "a password for the managed postgres, and nothing says of which role"
                hint = f"name the user in a variable beside it; {_SEE}"
                found[name] = "" if refused else out.refuse(variable.path, rule, hint)
    return found
