# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx's settings from the host's CPUs, each with its reason."""

from __future__ import annotations

import math

from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting

CONNECTIONS = 2048


def settings(cpus: float) -> list[Setting]:
    """Return the settings of the main and events contexts."""
    workers = max(1, min(8, math.ceil(cpus)))
    rows = [
        ("worker_processes", str(workers), f"one for each CPU of {cpus:g}, at most 8"),
        ("worker_connections", str(CONNECTIONS), "clients and upstreams of one worker"),
        ("worker_rlimit_nofile", str(CONNECTIONS * 2 + 512), "two files a connection, and the logs"),
        ("worker_shutdown_timeout", "60s", "a reload waits for answers under way, but not for ever"),
    ]
    return [Setting(name=name, value=value, reason=reason) for name, value, reason in rows]
