# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A laptop's environment on a server: connection strings keep working, development passwords do not.

Each value leaves here as Compose text: literal parts with ``$`` doubled, secrets as ``${NAME}``, which Compose fills
from the ``.env`` file beside the rendered project.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.holdfast.host.plugins.module_utils.errors import nearest
from ansible_collections.holdfast.host.plugins.module_utils.plan import backup
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.commands import check_commands, names_redis
from ansible_collections.holdfast.host.plugins.module_utils.plan.literals import (
    declared,
    literal,
    of_store,
    secret_like,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_names import sensitive
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_names import (
    addressed,
    by_siblings,
    host_kind,
    host_of,
    redis_password,
    store_url,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_secrets import store_secret_files
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import (
    REDIS_SECRET,
    SUPERUSER_SECRET,
    Takeover,
    Variable,
    databases,
    escape,
    escape_all,
    own_secrets,
    redis_asks,
    role_secret,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

__all__ = [
    "REDIS_SECRET",
    "SUPERUSER_SECRET",
    "Takeover",
    "Variable",
    "databases",
    "escape",
    "escape_all",
    "role_secret",
    "take_over",
]


def _given(wish: Wish) -> dict[str, dict[str, str | None]]:
    """Return the environments to take over, those of the declaration laid over; a managed store's is not used."""
    managed = {name for name, kind in wish.taken().items() if STORES[kind].managed}
    extra = {name: service.environment for name, service in wish.stack.services.items()}
    services = wish.project.services
    return {
        name: {**service.environment, **extra.get(name, {})}
        for name, service in services.items()
        if name not in managed
    }


def _of_stores(wish: Wish, service: str, given: Mapping[str, str | None], out: Takeover) -> dict[str, str]:
    """Return the variables that hold a store's password or URL, with what becomes of them."""
    found: dict[str, str] = {} if service in wish.taken() else by_siblings(wish, service, given, out)
    kinds = addressed(wish, given)
    for name, value in given.items():
        if name in found or not value:
            continue
        variable = Variable(service=service, name=name, value=value)
        kind = host_kind(name, kinds)
        text = store_url(wish, variable, out)
        by_name = "REDIS" in name.upper() and sensitive(name) and name not in wish.stack.secrets
        if text is None and by_name and wish.stack.stores.redis and kind in (None, "redis"):
            text = redis_password(wish, variable, out)
        if text is None and service not in wish.taken() and name not in wish.stack.secrets:
            text = of_store(wish, variable, kind, out)
        if text is not None:
            found[name] = text
    return found


def _value(
    wish: Wish, service: str, given: tuple[str, str | None], others: list[Variable], out: Takeover
) -> str | None:
    variable = Variable(service=service, name=given[0], value=given[1] or "")
    text = declared(wish, variable, others, out)
    if text is not None or not variable.value:
        return given[1] if text is None else text
    if names_redis(wish, variable.value):
        rule = "one URL a variable: a list of them, or a text around it, cannot be given the password of Redis"
        return out.refuse(variable.path, rule, f"or say {ROOT}.stores.redis.auth: false")
    return literal(wish, variable, others, out)


def _redis_by_name(wish: Wish, service: str, given: Mapping[str, str | None], out: Takeover) -> None:
    """Refuse a service that names the managed Redis in a host variable and has nothing for the password."""
    addresses = wish.addresses()
    hosts = {name: host_of(value) for name, value in given.items() if value and "://" not in value}
    named = [name for name, host in hosts.items() if host and addresses.get(host) == "redis"]
    texts = out.environment[service]
    carries = any(text and "REDIS" in name.upper() and sensitive(name) for name, text in texts.items())
    if named and not carries and not any(text and f"${{{REDIS_SECRET}}}" in text for text in texts.values()):
        rule = "Redis asks for a password, and this service names it without one"
        hint = f"give the service a REDIS_PASSWORD variable or a URL, or say {ROOT}.stores.redis.auth: false"
        out.refuse(f"compose.services.{service}.environment.{named[0]}", rule, hint, hosts[named[0]] or "")


def _undeclared(wish: Wish, out: Takeover) -> None:
    known = {name for variables in out.environment.values() for name in variables}
    for name, mode in wish.stack.secrets.items():
        if name not in known and mode != "keep":
            rule = "must be a variable that a service of the Compose file has"
            out.refuse(f"{ROOT}.secrets.{name}", rule, "see the spelling", name)


def _unasked(wish: Wish, out: Takeover) -> None:
    """Refuse a value that nothing asks for: a slip of the pen, which is found here or with half of a run done."""
    variables = {name for given in out.environment.values() for name in given}
    for name in sorted(wish.provided - out.secrets.keys() - variables - wish.stack.secrets.keys()):
        out.refuse(f"app_secrets.{name}", "is given, and nothing asks for it", nearest(name, out.secrets))


def _order(environments: Mapping[str, Mapping[str, str | None]], out: Takeover) -> None:
    """Bring what is told about variables into the Compose file's order: stores were seen to first."""
    paths = [
        Variable(service=service, name=name, value="").path for service, given in environments.items() for name in given
    ]
    places = {path: place for place, path in enumerate(paths)}
    out.decisions.sort(key=lambda each: places.get(each.path, len(places)))
    out.findings.sort(key=lambda each: places.get(each.path, len(places)))


def take_over(wish: Wish) -> Takeover:
    """Return every service's environment as it is on the server, the secrets needed, and what was decided.

    The managed stores' own environments are not among them: their images are configured by us.
    """
    out = Takeover(secrets=own_secrets(wish) | backup.secrets(wish), secret_places=store_secret_files(wish))
    environments = _given(wish)
    found = {name: _of_stores(wish, name, given, out) for name, given in environments.items()}
    left = [
        Variable(service=service, name=name, value=value)
        for service, given in environments.items()
        for name, value in given.items()
        if value and name not in found[service]
    ]
    left = [variable for variable in left if secret_like(wish, variable)]
    carried = wish.taken()
    for service, given in environments.items():
        # A carried store's secrets are its own: who uses them is told by the store's literals.
        scope = {service} if service in carried else environments.keys() - carried.keys()
        others = [each for each in left if each.service in scope]
        out.environment[service] = {
            name: found[service][name] if name in found[service] else _value(wish, service, (name, value), others, out)
            for name, value in given.items()
        }
        check_commands(wish, wish.project.services[service], out)
        if service not in wish.taken() and redis_asks(wish):
            _redis_by_name(wish, service, given, out)
    _undeclared(wish, out)
    _unasked(wish, out)
    _order(environments, out)
    return out
