# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PgBouncer in its place: the names by which it and the server behind it are reached, and what it is wired to.

Sources: PgBouncer's configuration page (pgbouncer.ini), "Generic settings", "Authentication settings" and "DNS".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_pooler import Pooler

SERVICE = "pgbouncer"
DIRECTORY = "/etc/pgbouncer"
SOCKETS = "/tmp"  # noqa: S108 - within its own container, where every image lets every user write
# What its configuration file takes as the name of a database; the name of its own console is not one.
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
CONSOLE = "pgbouncer"
# Beside clients and servers: listening sockets, DNS, its console, and what its libraries open.
_OTHER_FILES, _STEP = 64, 1024


def _free(wish: Wish, name: str) -> str:
    """Return a name that none of the application's services answers to: the given one, or one with our prefix."""
    taken = {*wish.project.services, *(each for service in wish.project.services for each in wish.aliases(service))}
    return next(each for each in (name, f"holdfast-{name}", f"holdfast-stores-{name}") if each not in taken)


def wiring() -> list[Setting]:
    """Return what PgBouncer listens on, whom it lets in, and how it finds the server again; the same for all sizes."""
    rows = [
        ("listen_addr", "*", "on the stores' network, under the server's name"),
        ("listen_port", str(STORES["postgres"].port), "where applications look for the server"),
        ("unix_socket_dir", SOCKETS, "its console answers there, to its own user alone"),
        ("auth_type", "scram-sha-256", "no password crosses the network"),
        ("auth_file", f"{DIRECTORY}/userlist.txt", "the roles and their passwords, readable to it alone"),
        ("dns_max_ttl", "1", "the server's container may come back with another address"),
        ("dns_nxdomain_ttl", "1", "while the server's container is replaced it has no address"),
        ("log_connections", "0", "each health check would write a line"),
        ("log_disconnections", "0", "each health check would write a line"),
    ]
    return [Setting(name=name, value=value, reason=reason) for name, value, reason in rows]


def pooler(wish: Wish, tuned: Pooler | None, service: str, databases: Sequence[str]) -> dict[str, Any] | None:
    """Return the pooler's part of the plan, None where no pool is declared.

    service: the server's. Keys: service (its own), server (the name that only the server has), databases (names),
    files (descriptors that it may have open), limit_bytes, server_connections, settings.
    """
    if tuned is None:
        return None
    settings = {each.name: each.value for each in tuned.settings}
    # Each database may have its servers, though max_connections ends it earlier.
    files = int(settings["max_client_conn"]) + len(databases) * tuned.server_connections + _OTHER_FILES
    shown = tuned.as_dict()
    return shown | {
        "service": _free(wish, SERVICE),
        "server": _free(wish, f"{service}-direct"),
        "databases": list(databases),
        "files": -(-files // _STEP) * _STEP,
        "settings": [*(each.as_dict() for each in wiring()), *shown["settings"]],
    }


def findings(databases: Sequence[str], path: str) -> Iterator[Finding]:
    """Yield a finding for each database that PgBouncer cannot lead to. path: the store's."""
    for name in databases:
        if name == CONSOLE or not _NAME.fullmatch(name):
            rule = f"behind a pool a name has letters, digits, _, - and . alone, and is not {CONSOLE}"
            yield Finding(path=f"{path}.databases", value=name, rule=rule, hint="rename it, or declare no pool")
