# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One trial: fill the server, fork it again and again while every key changes, start it anew and look for the data."""

from __future__ import annotations

import math
import os
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.boxes import Group, Watch, address, box, state
from tests.lab.shell import LabError, run, wait_until

from .contenders import Case, text
from .extras import Companions, percentile
from .load import Crew, Target
from .wire import Connection, RefusedError

NAME = f"hfn-redis-{os.getpid()}"
PASSWORD = "for-the-measurement-only"
WRITERS = 2
# A fork lives so many times as long as it takes to change every key once: a slow disk is played by the server's own
# delay between keys (rdb-key-save-delay, a switch that its tests use).
PASSES = 1.3
# What the shortest sleep of the kernel takes, in microseconds: delays below it are spread over several keys.
SHORTEST_SLEEP = 55
# The exit code of a process that SIGKILL ended.
KILLED = 137
# What is said of a server that did not come up: it refused its configuration.
NO_START = "start"
# A server that keeps nothing on disk does not fork: its keys are changed for so many seconds a round instead.
UNFORKED = 2.0
FORKS = (("BGSAVE", "rdb_bgsave_in_progress"), ("BGREWRITEAOF", "aof_rewrite_in_progress"))


@dataclass(kw_only=True)
class Outcome:
    """What a trial saw. Shares are parts of the limit.

    killed: processes killed for want of memory; ended: the phase in which the server went, empty where it stayed.
    data_share: used_memory_dataset; max_share: maxmemory; peak_share: most anonymous memory of server and fork;
    copied_share: most that a fork had copied. missing, wrong: keys, after the start from disk.
    """

    killed: int = 0
    ended: str = ""
    failed_forks: int = 0
    forks: int = 0
    keys: int = 0
    written: int = 0
    refused: int = 0
    missing: int = 0
    wrong: int = 0
    cut_readers: int = 0
    data_share: float = 0.0
    max_share: float = 0.0
    peak_share: float = 0.0
    copied_share: float = 0.0
    p99_ms: float = math.nan

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as a JSON-able dict, rounded, without numbers that are none."""
        plain = {key: round(each, 4) if isinstance(each, float) else each for key, each in asdict(self).items()}
        return {key: None if isinstance(each, float) and math.isnan(each) else each for key, each in plain.items()}


def delay(seconds: float, keys: int) -> int:
    """Return the rdb-key-save-delay with which saving so many keys takes at least ``seconds``.

    Above zero it is microseconds a key; below it, one shortest sleep in so many keys.
    """
    each = seconds * 1e6 / max(1, keys)
    return int(each) if each >= SHORTEST_SLEEP else -max(1, int(SHORTEST_SLEEP / max(each, 1e-3)))


@dataclass(kw_only=True)
class Trial:
    """A server, its load, and what is seen. size: of values in bytes; rounds: forks, snapshots and rewrites in turn."""

    image: str
    case: Case
    rows: list[tuple[str, str]]
    size: int
    rounds: int

    def run(self) -> Outcome:
        """Return the outcome."""
        self.seen = Outcome()
        server = f"{self.case.server}-server"
        with tempfile.TemporaryDirectory(prefix="hfn-") as directory:
            Path(directory).chmod(0o755)
            file = Path(directory, "bench.conf")
            file.write_text(text(self.rows, PASSWORD), encoding="utf-8")
            options = [f"--volume={directory}:/bench:ro", "--volume=/data"]
            with ExitStack() as stack:
                command = [server, "/bench/bench.conf"]
                stack.enter_context(box(NAME, self.image, limit=self.case.limit, options=options, command=command))
                crew = stack.enter_context(Crew(target=self._target(), count=WRITERS))
                self._loaded(crew)
                if self.seen.ended != NO_START:
                    self._checked(crew)
        return self.seen

    def _target(self) -> Target:
        return Target(address=address(NAME), password=PASSWORD, size=self.size)

    def _loaded(self, crew: Crew) -> None:
        try:
            wait_until("the server", lambda: _answers(crew.target), seconds=20)
        except LabError:
            self.seen.ended = NO_START
            return
        watch = Watch(group=Group.of(state(NAME).pid)).start()
        try:
            self._phases(crew, crew.target.connect())
        except (OSError, RefusedError) as problem:
            self.seen.ended = f"{self.seen.ended}: {problem}"
        watch.stop()
        now = state(NAME)
        self.seen.killed = max(watch.kills, int(not now.running and now.code == KILLED))
        self.seen.peak_share = watch.peak / self.case.limit
        self.seen.keys, self.seen.written, self.seen.refused = crew.keys, crew.written, crew.refused

    def _phases(self, crew: Crew, connection: Connection) -> None:
        self.seen.ended = "fill"
        self._fill(crew, connection)
        info = connection.info()
        self.seen.data_share = int(info["used_memory_dataset"]) / self.case.limit
        self.seen.max_share = int(info["maxmemory"]) / self.case.limit
        self.seen.ended = "load"
        self._churn(crew, connection)
        self.seen.ended = ""

    def _fill(self, crew: Crew, connection: Connection) -> None:
        crew.begin("fill")
        most = 2 * self.case.limit
        while crew.busy():
            info = connection.info()
            if int(info["evicted_keys"]) or int(info["used_memory"]) > most:
                break
            time.sleep(0.05)
        _, errors = crew.end()
        if errors:
            raise ConnectionError(errors[0])

    def _churn(self, crew: Crew, connection: Connection) -> None:
        companions = Companions(target=crew.target)
        crew.begin("churn")
        try:
            self._slow(connection)
            companions.start()
            for number in range(self.rounds):
                self.seen.ended = f"round {number + 1}"
                if self.case.persist:
                    self._fork(connection, *FORKS[number % len(FORKS)])
                    self.seen.forks = number + 1
                else:
                    time.sleep(UNFORKED)
                    connection.call("PING")
        finally:
            companions.stop()
            _, errors = crew.end()
            self.seen.cut_readers = companions.cut
            self.seen.p99_ms = percentile(companions.latencies, 0.99) * 1000
        if errors:
            raise ConnectionError(errors[0])

    def _slow(self, connection: Connection) -> None:
        """Let a fork take as long as it takes to change every key."""
        before = _commands(connection)
        time.sleep(1)
        pace = max(1, _commands(connection) - before)
        keys = max(1, connection.call("DBSIZE"))
        connection.call("CONFIG", "SET", "rdb-key-save-delay", delay(PASSES * keys / pace, keys))

    def _fork(self, connection: Connection, command: str, field: str) -> None:
        wait_until("an earlier fork's end", lambda: _started(connection, command), seconds=300)
        deadline = time.monotonic() + 300
        while True:
            info = connection.info()
            copied = int(info["current_cow_peak"]) / self.case.limit
            self.seen.copied_share = max(self.seen.copied_share, copied)
            if info[field] == "0" or time.monotonic() > deadline:
                break
            time.sleep(0.03)
        which = "rdb_last_bgsave_status" if command == "BGSAVE" else "aof_last_bgrewrite_status"
        self.seen.failed_forks += info[which] != "ok"

    def _checked(self, crew: Crew) -> None:
        """Count what is not there as it was confirmed, after a start from disk where the case keeps data."""
        if self.case.persist or self.seen.ended:
            run(["docker", "restart", "--time", "60", NAME], timeout=180)
        crew.target = self._target()
        try:
            wait_until("the server with its data", lambda: _answers(crew.target), seconds=120)
        except LabError:
            self.seen.ended = self.seen.ended or "start"
            self.seen.missing = self.seen.keys
            return
        crew.begin("verify")
        results, errors = crew.finish()
        if errors:  # It died again, as one does that cannot even load what it wrote.
            self.seen.ended = self.seen.ended or f"check: {errors[0]}"
            self.seen.missing = self.seen.keys
            return
        self.seen.missing = sum(missing for missing, _ in results)
        self.seen.wrong = sum(wrong for _, wrong in results)


def _answers(target: Target) -> bool:
    """Return True once the server has loaded its data."""
    try:
        connection = target.connect()
        connection.call("PING")
        connection.close()
    except (OSError, RefusedError):
        return False
    return True


def _started(connection: Connection, command: str) -> bool:
    """Start a fork unless one is under way: the server makes its own as well."""
    info = connection.info()
    if any(info[field] != "0" for _, field in FORKS):
        return False
    try:
        connection.call(command)
    except RefusedError as problem:
        if "child" not in str(problem):
            raise
        return False
    return True


def _commands(connection: Connection) -> int:
    return int(connection.info()["total_commands_processed"])
