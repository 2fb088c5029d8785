# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Beside the writers: clients that ask and do not read, and a probe that measures how long a write takes."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field

from .load import Target
from .wire import Connection, RefusedError, encode

READERS = 4
# How often a reader asks for more, and how many keys at once.
PAUSE = 0.05
ASKED_BYTES = 1 << 20
# They ask for a second of three: while their answers pile up a full server refuses writes, and no key would change.
PERIOD, ASKING = 3.0, 1.0


@dataclass(kw_only=True)
class Companions:
    """The readers and the probe, as threads. latencies: of the probe's writes, in s; cut: readers hung up on."""

    target: Target
    readers: int = READERS
    latencies: list[float] = field(default_factory=list)
    cut: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> Companions:
        """Begin."""
        jobs = [self._probe, *[self._ask] * self.readers]
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End, and wait for the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _probe(self) -> None:
        try:
            connection = self.target.connect()
            while not self._stop.wait(0.005):
                began = time.monotonic()
                try:
                    connection.call("SET", "probe", b"x" * 50)
                except RefusedError:
                    continue  # Counted by the writers; it is an answer as quick as another.
                self.latencies.append(time.monotonic() - began)
            connection.close()
        except OSError:
            return  # The server is gone, which the trial sees for itself.

    def _ask(self) -> None:
        count = max(1, ASKED_BYTES // self.target.size)
        question = encode("MGET", *(f"k:0:{index}" for index in range(count)))
        while not self._stop.wait(0.02):
            if time.monotonic() % PERIOD >= ASKING:
                continue
            try:
                connection = self.target.connect()
            except (OSError, RefusedError):
                continue
            self._ask_until_cut(connection, question)

    def _ask_until_cut(self, connection: Connection, question: bytes) -> None:
        # A small window, so that the answers pile up in the server and not in the kernel.
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.socket.settimeout(1)
        try:
            while time.monotonic() % PERIOD < ASKING and not self._stop.wait(PAUSE):
                connection.socket.sendall(question)
        except OSError:
            self.cut += 1
        finally:
            connection.close()


def percentile(values: list[float], part: float) -> float:
    """Return the smallest value that ``part`` of the values do not exceed; nan of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")
