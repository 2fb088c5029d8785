# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PgBouncer's sizes: how many clients share how many server connections, sized together with the server behind it.

Sources: PgBouncer's configuration page (pgbouncer.ini) for what each setting does; PostgreSQL wiki, "Number Of Database
Connections", for the aim of a few active connections for each core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Pool
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB, format_bytes

# Twice the cores are busy and as many wait for the application between two statements of a transaction.
A_CPU = 4
LEAST, MOST = 8, 100
# A reserve opens when clients have waited; a fifth on top of the pool.
RESERVE_PART = 5
# What goes past the pool: exporter, backup, dump, migrations, an operator.
DIRECT = 4
# An allowance: the program, two packet buffers and TLS for each client, buffers and prepared statements for each
# server connection.
PROGRAM_BYTES, CLIENT_BYTES, SERVER_BYTES = 32 * MIB, 40 * KIB, 512 * KIB


@dataclass(frozen=True, kw_only=True)
class Pooler:
    """PgBouncer in front of the server.

    limit_bytes: its container's memory. settings: the [pgbouncer] section. server_connections: the most it opens.
    """

    limit_bytes: int
    settings: list[Setting]
    server_connections: int

    def as_dict(self) -> dict[str, Any]:
        """Return the pooler as a JSON-able dict with the same keys."""
        return {**vars(self), "settings": [setting.as_dict() for setting in self.settings]}


def _split(total: int) -> tuple[int, int]:
    """Return the pool and its reserve that make up a total of server connections."""
    reserve = min(total - 1, max(1, total // (RESERVE_PART + 1))) if total > 1 else 0
    return total - reserve, reserve


def _aim(container: Container) -> int:
    """Return the server connections to aim at, reserve included."""
    pool = container.pool
    if pool is None:
        return 0
    if pool.size is not None:
        return pool.size + max(1, pool.size // RESERVE_PART)
    if pool.mode == "session":
        # A server connection is a client's until it leaves: as many as there are clients, as far as they fit.
        return pool.clients
    return min(pool.clients, max(LEAST, min(MOST, round(A_CPU * container.cpus))))


def limit_bytes(pool: Pool) -> int:
    """Return the pooler's memory limit, for as many server connections as it may ever aim at; steps of 16 MiB.

    The budget asks before the server behind it has its share, so it depends on the declaration alone.
    """
    servers = pool.clients if pool.mode == "session" else min(pool.clients, MOST)
    if pool.size is not None:
        servers = pool.size + max(1, pool.size // RESERVE_PART)
    need = PROGRAM_BYTES + (pool.clients + DIRECT) * CLIENT_BYTES + servers * SERVER_BYTES
    return -(-need // (16 * MIB)) * 16 * MIB


def wanted(container: Container, reserved: int) -> int | None:
    """Return the max_connections that the pool aims at, None without a pool. reserved: the superuser's."""
    return _aim(container) + DIRECT + reserved if container.pool else None


def _settings(container: Container, pool: Pool, total: int) -> list[Setting]:
    size, reserve = _split(total)
    lent = {"transaction": "a server connection is lent for a transaction", "session": "lent for a client's session"}
    why = f"{container.cpus:g} CPUs, and each session's memory within {format_bytes(container.limit)}"
    waits = "30" if pool.mode == "transaction" else "120"
    rows = [
        ("pool_mode", pool.mode, lent[pool.mode]),
        ("max_client_conn", str(pool.clients + DIRECT), "declared, and the exporter's"),
        ("default_pool_size", str(size), "declared" if pool.size == size else why),
        ("reserve_pool_size", str(reserve), "opened when clients have waited"),
        ("reserve_pool_timeout", "3", "seconds of waiting that open the reserve"),
        ("max_db_connections", str(total), "a database's pools together stay below max_connections"),
        ("max_user_connections", str(total), "a role's pools together stay below max_connections"),
        ("max_prepared_statements", "200", "drivers may prepare statements in every pool mode"),
        ("server_lifetime", "1800", "an old session's caches are given back"),
        ("server_idle_timeout", "300", "connections that a peak has opened are closed again"),
        ("server_login_retry", "1", "clients go on within a second of the server's restart"),
        ("query_wait_timeout", waits, "an error in time instead of a queue that only grows"),
        ("client_login_timeout", "15", "a client that does not log in holds no place"),
        ("tcp_keepalive", "1", "a client that vanished gives its place back"),
        ("so_reuseport", "0", "one process, which serves more than this server's CPUs can ask of it"),
        ("ignore_startup_parameters", "extra_float_digits", "JDBC sends it"),
    ]
    return [Setting(name=name, value=value, reason=reason) for name, value, reason in rows]


def tune(container: Container, connections: int, reserved: int, path: str) -> tuple[Pooler | None, list[Finding]]:
    """Return the pooler for a server of so many connections, and a finding where the declared size does not fit.

    reserved: connections that the superuser alone may take. path: the store's.
    """
    pool = container.pool
    if pool is None:
        return None, []
    room = connections - DIRECT - reserved
    total = max(1, min(_aim(container), room))
    found = []
    size, _ = _split(total)
    if room < 1 or (pool.size is not None and size < pool.size):
        rule = (
            f"server connections must fit into max_connections {connections} less {DIRECT + reserved} beside the pool"
        )
        hint = f"a pool of at most {max(1, size)}, more memory ({path}.memory), or a smaller work_mem"
        found.append(Finding(path=f"{path}.pool.size", value=pool.size, rule=rule, hint=hint))
    settings = _settings(container, pool, total)
    return Pooler(limit_bytes=limit_bytes(pool), settings=settings, server_connections=total), found
