# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis's settings from its container's share, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB, format_bytes

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
    return planned + [Setting(name=name, value=value, reason="declared") for name, value in overrides.items()]
