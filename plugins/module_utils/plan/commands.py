# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What may not stand in a command, an entrypoint or a health check, where nothing can be replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.plan.literals import store_literals
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_names import holds_password
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import Takeover, redis_asks

# A shorter password is a word like app or test, which stands in commands for other reasons.
LEAST_LENGTH = 6
_REDIS_URL = re.compile(r"rediss?://(?:[^\s@/]*@)?([\w.-]+)", re.IGNORECASE)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return _text(list(value.values()))
    return " ".join(_text(each) for each in value) if isinstance(value, (list, tuple)) else str(value)


def names_redis(wish: Wish, text: str) -> bool:
    """Tell whether a text holds a URL of the managed Redis, and that asks for a password."""
    addresses = wish.addresses()
    return redis_asks(wish) and any(addresses.get(host) == "redis" for host in _REDIS_URL.findall(text))


def _holds_literal(wish: Wish, text: str) -> bool:
    # --password=x is the option and not the literal "password": a word goes on over a dash, and names no value.
    literals = {each.value for each in store_literals(wish) if len(each.value) >= LEAST_LENGTH}
    return any(re.search(rf"(?<![\w-]){re.escape(each)}(?![\w=-])", text) for each in literals)


def check_commands(wish: Wish, service: Service, out: Takeover) -> None:
    """Add a finding for each text of a service that holds a password, or a Redis URL that now lacks one."""
    texts = {"command": service.command, "entrypoint": service.entrypoint, "healthcheck": service.healthcheck}
    for key, value in texts.items():
        text = _text(value) if value else ""
        path = f"compose.services.{service.name}.{key}"
        if holds_password(text) or _holds_literal(wish, text):
            rule = "a password cannot stand in a command: it is a development value, and anybody on the host reads it"
            out.refuse(path, rule, "pass it in a variable")
        elif names_redis(wish, text):
            rule = "Redis asks for a password, and this URL has none and cannot be given one in a command"
            out.refuse(path, rule, "pass the URL in a variable")
