# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Somebody who commits numbered rows, and remembers outside of the host which of them were confirmed, and when."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import IO

from tests.lab.hosts import Host

from .stack import DATABASE, POSTGRES, SUPERUSER
from .store import on

TABLE = "CREATE TABLE IF NOT EXISTS numbered (n bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())"
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Row:
    """A confirmed row. at: seconds since the epoch, by this machine's clock, when its confirmation came."""

    n: int
    at: float


def sql(host: Host, query: str) -> str:
    """Return what a query says, columns apart by a bar."""
    words = f"docker exec -i {POSTGRES} psql -X -q -At -v ON_ERROR_STOP=1 -U {SUPERUSER} -d {DATABASE}"
    return on(host, f'{words} -c "{query}"').strip()


class Writer:
    """Commits a row, waits for its confirmation, and commits the next; until it is stopped or its host is gone."""

    def __init__(self, host: Host, first: int) -> None:
        """Start it. first: the number of its first row."""
        self.rows: list[Row] = []
        self.process = subprocess.Popen(
            ["docker", "exec", "-i", host.container, "docker", "exec", "-i", POSTGRES,
             "psql", "-X", "-q", "-At", "-U", SUPERUSER, "-d", DATABASE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.stopped = threading.Event()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        pipes = (self.process.stdin, self.process.stdout)
        self.thread = threading.Thread(target=self._write, args=(*pipes, first), daemon=True)
        self.thread.start()

    def _write(self, given: IO[str], said: IO[str], first: int) -> None:
        n = first
        try:
            while not self.stopped.wait(PAUSE_SECONDS):
                given.write(f"INSERT INTO numbered (n) VALUES ({n}) RETURNING n;\n")  # noqa: S608 - a number.
                given.flush()
                if said.readline().strip() != str(n):
                    return
                self.rows.append(Row(n=n, at=time.time()))
                n += 1
        except BrokenPipeError:
            return

    def stop(self) -> list[Row]:
        """Stop, and return the confirmed rows."""
        self.stopped.set()
        self.thread.join(timeout=30)
        self.process.kill()
        # Closes the pipes, too; its end is no answer.
        with contextlib.suppress(BrokenPipeError), self.process:
            pass
        return self.rows


def loss(rows: list[Row], there: list[int]) -> tuple[float, list[int]]:
    """Return the seconds of confirmed work that are lost, and the rows that are missing before the last one.

    there: the numbers of the rows that were found. Where none of these is, all the time since the first is lost.
    """
    last = max(there, default=0)
    kept = [row for row in rows if row.n <= last]
    lost = rows[-1].at - kept[-1].at if kept else rows[-1].at - rows[0].at
    found = set(there)
    return lost, [row.n for row in kept if row.n not in found]
