# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How the engine asks PostgreSQL whether it is well, and has it archive in time after a start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# During a recovery the checkpointer does not look at archive_timeout, and sleeps on for up to checkpoint_timeout after
# it: of ten starts after a kill six left an open segment lying (PostgreSQL 18.0). A signal wakes it. postmaster.pid is
# written anew when the server is ready; what was noted before the signal is older than a later one.
_PID = "$$PGDATA/postmaster.pid"
WOKEN = "/tmp/woken"  # noqa: S108
WAKE = (
    f'{{ [ -e {WOKEN} ] && [ ! "{_PID}" -nt {WOKEN} ] || {{ touch {WOKEN} && kill -HUP "$$(head -n 1 "{_PID}")"; }}; }}'
)


def health(superuser: str) -> dict[str, Any]:
    """Return the health check of a server, as Compose has it."""
    return {
        # Over TCP: while the image initialises the cluster, a first server answers on the socket alone.
        "test": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", superuser, "-d", "postgres"],
        "interval": "5s",
        "timeout": "5s",
        "retries": 12,
        "start_period": "60s",
    }


def waking(health: Mapping[str, Any]) -> dict[str, Any]:
    """Return a health check that also wakes a server's checkpointer, once after each of its starts."""
    return {**health, "test": ["CMD-SHELL", f"{' '.join(health['test'][1:])} && {WAKE}"]}
