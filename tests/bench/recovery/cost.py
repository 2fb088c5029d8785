# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the archive costs whoever writes: pgbench without it, with it, and while full backups are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from tests.lab.hosts import Host
from tests.recovery import store
from tests.recovery.stack import DATABASE, POSTGRES
from tests.recovery.writer import sql

from .database import PGBENCH, served

SCALE, CLIENTS = 50, 8
_TPS = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)
WAYS = ("not archived", "archived", "archived, full backups meanwhile")
RESTART = (
    f"docker restart --time 60 {POSTGRES} > /dev/null; until docker exec {POSTGRES} pg_isready -q; do sleep 0.2; done"
)
# In the background on the host, until its file is gone.
BACKING = (
    "touch /run/bench-backing; (while [ -e /run/bench-backing ]; do holdfast-backup full; done)"
    " > /run/bench-backing.log 2>&1 & echo $! > /run/bench-backing.pid"
)
ENDED = (
    "rm -f /run/bench-backing; while kill -0 $(cat /run/bench-backing.pid) 2> /dev/null; do sleep 0.2; done;"
    " cat /run/bench-backing.log"
)


def tps(text: str) -> float:
    """Return the transactions a second that pgbench tells of. Raises ValueError."""
    found = _TPS.search(text)
    if found is None:
        raise ValueError(f"pgbench told nothing: {text[-500:]}")
    return float(found[1])


def _archive(host: Host, *, on: bool) -> None:
    sql(host, f"ALTER SYSTEM {'RESET archive_mode' if on else 'SET archive_mode = off'}")
    store.on(host, RESTART)
    if sql(host, "SHOW archive_mode") != ("on" if on else "off"):
        raise ValueError("the archive is not as it was set")


@contextmanager
def _backing(host: Host) -> Iterator[None]:
    store.on(host, BACKING)
    try:
        yield
    finally:
        told = store.on(host, ENDED)
    if told.strip():
        raise ValueError(f"a backup failed: {told}")


def _one(host: Host, way: str, seconds: int) -> float:
    _archive(host, on=way != WAYS[0])
    store.on(host, f"{PGBENCH} -n -c {CLIENTS} -j 2 -T 3 {DATABASE} > /dev/null 2>&1")
    meanwhile: AbstractContextManager[None] = _backing(host) if way == WAYS[2] else nullcontext()
    with meanwhile:
        return tps(store.on(host, f"{PGBENCH} -n -c {CLIENTS} -j 2 -T {seconds} {DATABASE} 2>&1", seconds + 120))


def measured(rounds: int, seconds: int, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Return the transactions a second of each way, a figure a round; a round has all ways."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    with served() as host:
        store.on(host, f"{PGBENCH} -i -q -s {SCALE} {DATABASE} 2>&1", 1800)
        say(f"pgbench, scale {SCALE}, {CLIENTS} clients")
        for number in range(1, rounds + 1):
            # Each way is first as often as it is last.
            turn = number % len(WAYS)
            for way in (*WAYS[turn:], *WAYS[:turn]):
                found[way].append(_one(host, way, seconds))
            say(f"round {number}: " + ", ".join(f"{way} {each[-1]:.0f}" for way, each in found.items()))
    return {way: {"tps": each} for way, each in found.items()}
