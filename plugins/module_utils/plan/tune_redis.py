# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis's settings from its container's share, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB, format_bytes

POLICIES = {
    "queue": ("noeviction", "a queue or a session must not vanish: writes fail loudly instead"),
    "cache": ("allkeys-lru", "a cache makes room for what is used"),
}


def settings(limit: int, use: str, overrides: Mapping[str, str]) -> list[Setting]:
    """Return every setting, overrides last. limit: the container's bytes; use: queue or cache.

    maxmemory leaves room for copy-on-write while a snapshot or an append-only rewrite forks (redis.io, "Redis
    persistence": up to twice the dataset when every key changes), for replication and client buffers.
    """
    dataset = limit * 45 // 100 // MIB * MIB
    policy, why = POLICIES[use]
    rows = [
        ("maxmemory", f"{dataset // MIB}mb", f"45 % of {format_bytes(limit)}: a fork may copy all of it"),
        ("maxmemory-policy", policy, why),
        ("appendonly", "yes", "a crash loses at most a second"),
        ("appendfsync", "everysec", "every write would wait for the disk"),
        ("save", "900 1 300 10 60 10000", "snapshots for a quick start and for backups"),
        ("aof-use-rdb-preamble", "yes", "a rewrite is as small as a snapshot"),
        ("client-output-buffer-limit", "normal 32mb 16mb 60", "a slow reader cannot eat the container"),
        ("maxclients", "1000", "a tenth of the default: each costs a buffer"),
        ("tcp-keepalive", "60", "finds clients that went without a word"),
        ("protected-mode", "yes", "refuses strangers should the password ever be missing"),
        ("loglevel", "notice", "what an operator wants to read"),
    ]
    planned = [Setting(name=name, value=value, reason=why) for name, value, why in rows if name not in overrides]
    # An empty value is written as the empty string: a directive without one is refused.
    return planned + [Setting(name=name, value=value or '""', reason="declared") for name, value in overrides.items()]


# As redis.conf has it: k is 1000 and kb is 1024; the server refuses everything else.
_UNITS = {"": 1, "b": 1, "k": 1000, "kb": KIB, "m": 1000**2, "mb": MIB, "g": 1000**3, "gb": GIB}


def _size(value: str) -> int | None:
    match = re.fullmatch(r"(\d+)([a-z]*)", value.strip().lower())
    return int(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else None


def findings(limit: int, chosen: Sequence[Setting], path: str) -> list[Finding]:
    """Return what an override of maxmemory breaks: no size, no bound, or more than the container's limit less 10 %.

    limit: the container's bytes. Where the dataset has that much, a fork has nothing to copy into; a cache that is
    written to little can live with that, and the server's own memory is left. The planned value is 45 %.
    """
    value = next(each.value for each in chosen if each.name == "maxmemory")
    size, most = _size(value), limit - limit // 10
    where = f"{path}.settings.maxmemory"
    undo = "give another value, or leave it out: it is planned from the container's size"
    if size is None:
        return [Finding(path=where, value=value, rule="must be a size such as 512mb", hint=undo)]
    if 0 < size <= most:
        return []
    rule = f"must be above 0, which is no bound, and at most {format_bytes(most)}: 90 % of {format_bytes(limit)}"
    return [Finding(path=where, value=value, rule=rule, hint=f"more memory ({path}.memory), or {undo}")]
