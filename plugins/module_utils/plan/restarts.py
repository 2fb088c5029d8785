# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a change of a setting needs, and how a running server's settings compare with the planned ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ansible_collections.holdfast.host.plugins.module_utils.plan.reloadable import (
    POSTGRES_RELOADS,
    POSTGRES_SINCE,
    REDIS_TAKES,
)
from ansible_collections.holdfast.host.plugins.module_utils.verify.settings import same_postgres, same_redis

LABEL = "holdfast.settings"
# CONFIG GET tells the limits of all classes of clients in one line; one setting gives those of one class.
_OF_CLASSES = "client-output-buffer-limit"


def reloads(kind: str, name: str, version: int) -> bool:
    """Tell whether a running server takes another value of a setting. kind: postgres or redis; version: the major one.

    A name that is not in the tables, such as an extension's, needs a restart: that is slow, and never wrong.
    """
    if kind == "postgres":
        return name.lower() in POSTGRES_RELOADS and version >= POSTGRES_SINCE.get(name.lower(), 0)
    return name.lower() in REDIS_TAKES


def fixed(kind: str, settings: Sequence[Mapping[str, str]], version: int) -> str:
    """Return the settings that only a restart changes, as the compact JSON of the container's label."""
    wanted = {each["name"]: each["value"] for each in settings if not reloads(kind, each["name"], version)}
    return json.dumps(wanted, sort_keys=True, separators=(",", ":"))


def _classes(text: str) -> dict[str, list[str]]:
    words = text.lower().strip('"').split()
    names = ["replica" if word == "slave" else word for word in words[::4]]
    return {name: words[index * 4 + 1 : index * 4 + 4] for index, name in enumerate(names)}


def same(kind: str, name: str, wanted: str, reported: str, unit: str | None = None) -> bool:
    """Tell whether a server's value is the planned one. unit: PostgreSQL's, of pg_settings; None where it has none."""
    if kind == "postgres":
        quoted = wanted.startswith("'") and wanted.endswith("'")
        # As the file has it, a quote within a text is doubled; the server tells the text.
        text = wanted[1:-1].replace("''", "'") if quoted else wanted
        return text == reported or same_postgres(wanted, reported, unit)
    if name != _OF_CLASSES:
        return same_redis(wanted, reported)
    have = _classes(reported)
    return all(same_redis(" ".join(words), " ".join(have.get(who, ()))) for who, words in _classes(wanted).items())
