# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx's settings from the CPUs and the container's memory, each with its reason.

The invariant: workers x (connections x (connection + buffers) + worker) + zones + base <= limit. nginx's manual,
ngx_http_proxy_module: an answer's head takes proxy_buffer_size and its body at most all proxy_buffers; each request
under way to an upstream is a connection of its own, also where one HTTP/2 client has many of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB, format_bytes

MOST_WORKERS = 8
# The share of the edge's memory: the base with the zones, and for each worker.
SHARE_BASE = 64 * MIB
SHARE_WORKER = 96 * MIB
# The master, the code, and a second set of idle workers while a reload drains the first.
BASE_BYTES = 32 * MIB
# A worker's own: its configuration, 512 KiB to receive HTTP/2, and what its allocator keeps.
WORKER_BYTES = 8 * MIB
# A connection with TLS and its request's headers: an allowance.
CONNECTION_BYTES = 16 * KIB
# proxy_buffer_size, and proxy_buffers 8 8k: nginx's own default on pages of 8 KiB.
BUFFER = 8
BUFFERS = 8
ANSWER_BYTES = (BUFFER + BUFFERS * BUFFER) * KIB
LEAST_CONNECTIONS = 64
MOST_CONNECTIONS = 16_384
# A zone for each upstream; TLS sessions: about 4000 in a MiB (nginx's manual, ssl_session_cache).
UPSTREAM_ZONE = 128 * KIB
LEAST_SESSIONS, MOST_SESSIONS = MIB, 16 * MIB


@dataclass(frozen=True, kw_only=True)
class Directive(Setting):
    """A setting with the context in which it stands: main, events, http or upstream."""

    context: str


def workers(cpus: float) -> int:
    """Return the number of workers for a host's CPUs."""
    return max(1, min(MOST_WORKERS, math.ceil(cpus)))


def sessions(limit: int) -> int:
    """Return the bytes of the TLS sessions' zone: a sixteenth of the limit in whole MiB."""
    return max(LEAST_SESSIONS, min(MOST_SESSIONS, limit // 16 // MIB * MIB))


def connections(cpus: float, limit: int, upstreams: int = 1) -> int:
    """Return the connections of a worker, all of them with an answer in its buffers, in whole 64s."""
    left = limit - BASE_BYTES - sessions(limit) - upstreams * UPSTREAM_ZONE
    each = left // workers(cpus) - WORKER_BYTES
    return max(LEAST_CONNECTIONS, min(MOST_CONNECTIONS, each // (CONNECTION_BYTES + ANSWER_BYTES) // 64 * 64))


def worst_bytes(cpus: float, limit: int, upstreams: int = 1) -> int:
    """Return all that the edge may use at once in bytes: the left side of the invariant."""
    each = connections(cpus, limit, upstreams) * (CONNECTION_BYTES + ANSWER_BYTES) + WORKER_BYTES
    return workers(cpus) * each + sessions(limit) + upstreams * UPSTREAM_ZONE + BASE_BYTES


def memory(cpus: float) -> tuple[int, str]:
    """Return the edge's memory limit in bytes and its reason: the connections that it holds with full buffers."""
    count = workers(cpus)
    limit = SHARE_BASE + count * SHARE_WORKER
    return limit, f"nginx: {count * connections(cpus, limit)} connections, each with an answer in its buffers"


def settings(cpus: float, limit: int, upstreams: int = 1) -> list[Directive]:
    """Return the tuned settings. cpus: the host's; limit: the container's bytes; upstreams: how many there are."""
    held = connections(cpus, limit, upstreams)
    kept = max(16, min(64, held // 16))
    zone = sessions(limit) // MIB
    rows = [
        ("main", "worker_processes", str(workers(cpus)), f"one for each CPU of {cpus:g}, at most {MOST_WORKERS}"),
        ("main", "worker_rlimit_nofile", str(held * 2 + 512), "a socket and a file for each connection, and the logs"),
        ("main", "worker_shutdown_timeout", "60s", "a reload waits for answers under way, but not for ever"),
        ("events", "worker_connections", str(held), f"of {format_bytes(limit)}, each with an answer in its buffers"),
        ("http", "sendfile", "on", "files reach the socket without a copy"),
        ("http", "tcp_nopush", "on", "an answer's head and its file's start share a packet"),
        ("http", "keepalive_timeout", "65s", "longer than a browser's pause between two clicks"),
        ("http", "keepalive_min_timeout", "5s", "a client that was promised a connection uses it through a reload"),
        ("http", "keepalive_requests", "10000", "a handshake costs more than the memory that a new one frees"),
        ("http", "gzip_comp_level", "1", "most of the gain for least of the CPU"),
        ("http", "ssl_session_cache", f"shared:SSL:{zone}m", f"some {zone * 4000} sessions, for all workers"),
        ("http", "ssl_buffer_size", "16k", "few large records: with 8k a file of 1 MiB took half as much CPU again"),
        ("http", "large_client_header_buffers", "4 8k", "a line of 8 KiB; more is an attack or a mistake"),
        ("http", "client_body_buffer_size", "16k", "a form stays in memory, a larger body goes to a file"),
        ("http", "http2_max_concurrent_streams", "128", "what a browser asks for at once"),
        ("http", "proxy_buffer_size", f"{BUFFER}k", "an answer's head"),
        ("http", "proxy_buffers", f"{BUFFERS} {BUFFER}k", "an answer's body; what is longer waits in a file"),
        ("upstream", "keepalive", str(kept), "idle connections that a worker keeps for the next request"),
        ("upstream", "keepalive_requests", "10000", "a new connection costs a round trip"),
        ("upstream", "keepalive_timeout", "60s", "application servers close theirs later, or are asked again"),
    ]
    return [Directive(context=where, name=name, value=value, reason=why) for where, name, value, why in rows]
