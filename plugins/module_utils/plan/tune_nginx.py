# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx's settings from the host's CPUs, each with its reason."""

from __future__ import annotations

import math

from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB

CONNECTIONS = 2048
MOST_WORKERS = 8
# The shared zones (TLS sessions, upstreams), the master, and the code.
BASE_BYTES = 64 * MIB
# One worker: its 2048 connections at rest, and the answers that it buffers.
WORKER_BYTES = 96 * MIB
# An answer buffered in full, as the template's proxy_buffer_size and proxy_buffers have it: 8 KiB and 8 x 32 KiB.
ANSWER_BYTES = 264 * KIB
# An allowance for a connection with TLS and its request's headers.
CONNECTION_BYTES = 16 * KIB


def workers(cpus: float) -> int:
    """Return the number of workers for a host's CPUs."""
    return max(1, min(MOST_WORKERS, math.ceil(cpus)))


def memory(cpus: float) -> tuple[int, str]:
    """Return the edge's memory limit in bytes and its reason: how many answers it can buffer in full at once."""
    count = workers(cpus)
    answers = count * (WORKER_BYTES - CONNECTIONS * CONNECTION_BYTES) // ANSWER_BYTES
    return (
        BASE_BYTES + count * WORKER_BYTES,
        f"nginx: {count * CONNECTIONS} connections, {answers} answers buffered in full",
    )


def settings(cpus: float) -> list[Setting]:
    """Return the settings of the main and events contexts."""
    rows = [
        ("worker_processes", str(workers(cpus)), f"one for each CPU of {cpus:g}, at most {MOST_WORKERS}"),
        ("worker_connections", str(CONNECTIONS), "clients and upstreams of one worker"),
        ("worker_rlimit_nofile", str(CONNECTIONS * 2 + 512), "two files a connection, and the logs"),
        ("worker_shutdown_timeout", "60s", "a reload waits for answers under way, but not for ever"),
    ]
    return [Setting(name=name, value=value, reason=reason) for name, value, reason in rows]
