# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every connection that a server allows sorts and hashes at once, beside vacuum and an index build: who is killed?"""

from __future__ import annotations

import re
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB, parse_bytes
from tests.lab.shell import LabError

from .asks import asks_bytes
from .contenders import CONTENDERS, CPUS, DISK, Config, Machine
from .loads import ROWS_A_SCALE, scale
from .server import Server, evict, fill, recover, server

RATIO = "0.2x"
BESIDE_SECONDS, OVERTIME_SECONDS = 300, 300
# A row in a sort or a hash table of the load: a filler of 84 bytes, keys, and the tuple's own header.
ROW_BYTES = 160
# Each node gets more rows than its memory holds, so that all of it is used and the rest spills.
FULL = 1.5
# Hash join, hash aggregate and sort: three nodes that fill their memory.
QUERY = """
SELECT count(*), max(place), max(other) FROM (
  SELECT part, filler, other, row_number() OVER (ORDER BY filler, part) AS place FROM (
    SELECT hashint4(a.aid) AS part, max(b.filler) AS filler, max(a.filler) AS other
    FROM pgbench_accounts a JOIN pgbench_accounts b ON hashint4(a.aid) = hashint4(b.aid)
    WHERE a.aid <= {rows} AND b.aid <= {rows} GROUP BY hashint4(a.aid)
  ) AS grouped
) AS sorted;
"""
BESIDE = (
    "VACUUM pgbench_accounts",
    "DROP INDEX IF EXISTS hfb_filler; CREATE INDEX hfb_filler ON pgbench_accounts (abalance, filler, aid)",
    "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid % 50 = 0",
)
# The worst that a planner may choose, chosen in every session: no merge join, and no sort that can be avoided.
OPTIONS = "-c enable_mergejoin=off -c enable_nestloop=off -c enable_sort=off"
# What a session says when the server went away under it, or had no memory for it.
DROPPED = re.compile(
    r"server closed the connection|terminating connection|backend died|connection to server|in recovery mode|"
    r"shutting down"
)
NO_MEMORY = re.compile(r"out of memory|could not resize shared memory|Cannot allocate memory")
# Every session that ended by an error, whatever it was.
ABORTED = re.compile(r"client \d+ (script \d+ )?aborted")
# What the load's plan must hold, or it would be another load.
NODES = ("Hash Join", "HashAggregate", "Sort")


def volume_of(limit: int) -> str:
    """Return the name of the volume; its own, for the load changes the data and builds indexes."""
    return f"hfb-kill-{limit >> 20}m"


def rows_of(config: Config, scale_factor: int) -> int:
    """Return how many rows fill a node's memory by a half more, at most what the table has."""
    work = config.settings.get("work_mem", "4MB")
    size = int(work) * KIB if work.isdigit() else parse_bytes(work)
    hashed = size * float(config.settings.get("hash_mem_multiplier", "2"))
    return min(scale_factor * ROWS_A_SCALE, int(max(hashed, size) * FULL / ROW_BYTES))


@dataclass
class Beside:
    """The statements that run beside the sessions. done: how many of each ended well; problems: what others said."""

    end: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def repeat(self, made: Server, statement: str) -> None:
        """Run a statement again and again until the end, or until it fails."""
        try:
            while not self.end.is_set():
                made.sql(statement, timeout=BESIDE_SECONDS)
                self.done[statement.split(maxsplit=1)[0]] += 1
        except LabError as problem:
            self.problems.append(str(problem)[-300:])


def load(made: Server, clients: int, rows: int, seconds: int) -> dict[str, Any]:
    """Run one round and return what came of it: transactions, statements beside them, and what was lost."""
    beside = Beside()
    words = ["--no-vacuum", f"--client={clients}", "--jobs=2", f"--time={seconds}"]
    plan = made.explain(QUERY.format(rows=rows), OPTIONS)
    with ThreadPoolExecutor(max_workers=len(BESIDE)) as pool:
        for statement in BESIDE:
            pool.submit(beside.repeat, made, statement)
        try:
            # A query under way at the end of the time is waited for.
            done = made.pgbench(words, QUERY.format(rows=rows), timeout=seconds + OVERTIME_SECONDS, options=OPTIONS)
            said, ended = done.stderr + "\n".join(beside.problems), done.returncode == 0
            count = re.search(r"number of transactions actually processed: (\d+)", done.stdout)
        except subprocess.TimeoutExpired:
            said, ended, count = f"did not end within {OVERTIME_SECONDS} s of its time", False, None
        finally:
            beside.end.set()
    return {
        "transactions": int(count[1]) if count else 0,
        "ended": ended,
        "beside": dict(beside.done),
        "lacks": [node for node in NODES if node not in plan],
        "dropped": len(DROPPED.findall(said)),
        "no_memory": len(NO_MEMORY.findall(said)),
        "aborted": len(ABORTED.findall(said)),
        "said": said[-400:] if said.strip() else "",
    }


def one_round(config: Config, machine: Machine, seconds: int) -> dict[str, Any]:
    """Return a round on a fresh server: what load says, kills, and the peak of anonymous memory."""
    factor = scale(machine.limit, RATIO)
    clients, rows = config.connections(), rows_of(config, factor)
    volume = volume_of(machine.limit)
    evict(volume)
    try:
        with server(volume, config, machine) as made:
            seen = load(made, clients, rows, seconds)
            seen |= {"killed": made.killed(), "peak_mib": made.watch.peak // MIB}
    except LabError as problem:
        seen = {"killed": None, "said": str(problem)[-400:]}
    if bad(seen):
        recover(volume)
    return {**seen, "clients": clients, "rows": rows}


def bad(each: Mapping[str, Any]) -> bool:
    """Tell whether a round lost anything, or was none: a process, a session, a statement, or the load itself."""
    if each["killed"] is None or not each["ended"] or not each["transactions"] or each["lacks"]:
        return True
    return bool(each["killed"] or each["dropped"] or each["no_memory"] or each["aborted"])


def trial(name: str, *, limit: int, workload: str, rounds: int, seconds: int) -> dict[str, Any]:
    """Return a contender's rounds, summed."""
    machine = Machine(limit=limit, cpus=CPUS, disk=DISK, workload=workload)
    config = CONTENDERS[name](machine)
    fill(volume_of(limit), scale(limit, RATIO))
    seen = [one_round(config, machine, seconds) for _ in range(rounds)]

    def total(key: str) -> int:
        return sum(each.get(key) or 0 for each in seen)

    return {
        "rounds": rounds,
        "clients": seen[0]["clients"],
        "rows": seen[0]["rows"],
        "bad_rounds": sum(bad(each) for each in seen),
        "failed_starts": sum(each["killed"] is None for each in seen),
        **{key: total(key) for key in ("killed", "dropped", "no_memory", "aborted", "transactions")},
        "beside": dict(sum((Counter(each.get("beside") or {}) for each in seen), Counter())),
        "peak_mib": max(each.get("peak_mib") or 0 for each in seen),
        "asks_mib": round(asks_bytes(config, limit) / MIB),
        "said": [each["said"] for each in seen if each["said"]][:3],
    }
