# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A stack with a database of a size, its repository on another machine, and what is done with both."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.lab import machines
from tests.lab.hosts import Host
from tests.recovery import store
from tests.recovery.stack import DATABASE, NAME, POSTGRES, SUPERUSER
from tests.recovery.trial import HOSTS, Stack
from tests.recovery.writer import sql

PGBENCH = f"docker exec {POSTGRES} pgbench -U {SUPERUSER}"
VOLUME = f"{NAME}-stores_postgres"
# Text that zstd makes a half of, as it does of what people write; pgbench's own rows are blanks.
FILL = (
    "CREATE TABLE filled AS SELECT n, md5(n::text) || md5((n + 1)::text) || md5((n / 7)::text) AS text"
    " FROM generate_series({first}, {last}) AS n"
)
MORE = FILL.replace("CREATE TABLE filled AS", "INSERT INTO filled")
# Nothing is left to be written when somebody reads it for the first time or comes by to clean it.
SETTLE = "VACUUM (FREEZE, ANALYZE) filled; CHECKPOINT"
ROW_BYTES = 132


@contextmanager
def served(seed: int = 1) -> Iterator[Host]:
    """Have the stack serve, and remove its hosts."""
    stack = Stack(seed)
    stack.provision(drill="never")
    try:
        yield stack.host
    finally:
        for host in (*HOSTS, store.HOST):
            machines.down(host)


def _psql(host: Host, statements: Iterable[str]) -> None:
    words = " ".join(f'-c "{each}"' for each in statements)
    store.on(host, f"docker exec {POSTGRES} psql -X -q -U {SUPERUSER} -d {DATABASE} {words}", 3600)


def rows(gib: float) -> int:
    """Return how many rows of the table have a size."""
    return int(gib * 1024**3 / ROW_BYTES)


def fill(host: Host, gib: float) -> int:
    """Have a database of a size. Return its bytes."""
    _psql(host, [FILL.format(first=1, last=rows(gib)), *SETTLE.split("; ")])
    return int(sql(host, "SELECT pg_database_size(current_database())"))


def grow(host: Host, gib: float, more: float) -> None:
    """Add rows of a size to a database that was filled with one."""
    _psql(host, [MORE.format(first=rows(gib) + 1, last=rows(gib + more))])


def written(host: Host) -> int:
    """Return how many bytes of the log the server has written since it began."""
    return int(sql(host, "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))


def timed(host: Host, script: str, timeout: float = 3600) -> float:
    """Return how many seconds a script takes on a host."""
    began = time.monotonic()
    store.on(host, script, timeout)
    return time.monotonic() - began
