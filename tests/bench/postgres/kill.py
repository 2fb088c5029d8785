# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every connection that a server allows sorts and hashes at once, beside vacuum and an index build: who is killed?"""

from __future__ import annotations

import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB, parse_bytes
from tests.lab.shell import LabError

from .contenders import CONTENDERS, CPUS, DISK, Config, Machine
from .loads import ROWS_A_SCALE, scale
from .server import Server, evict, fill, server
from .throughput import volume_of

RATIO = "1x"
# A row in a sort or a hash table of the load: a filler of 84 bytes, keys, and the tuple's own header.
ROW_BYTES = 160
# Each node gets more rows than its memory holds, so that all of it is used and the rest spills.
FULL = 1.5
# Hash join, hash aggregate and sort: three nodes that fill their memory.
QUERY = """
SELECT count(*), max(place) FROM (
  SELECT part, filler, row_number() OVER (ORDER BY filler, part) AS place FROM (
    SELECT hashint4(a.aid) AS part, max(b.filler) AS filler
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
# What a session says when the server went away under it, or had no memory for it.
DROPPED = re.compile(r"server closed the connection|terminating connection|connection to server .* (lost|failed)")
NO_MEMORY = re.compile(r"out of memory|could not resize shared memory|Cannot allocate memory")


def rows_of(config: Config, scale_factor: int) -> int:
    """Return how many rows fill a node's memory by a half more, at most what the table has."""
    work = config.settings.get("work_mem", "4MB")
    size = int(work) * KIB if work.isdigit() else parse_bytes(work)
    hashed = size * float(config.settings.get("hash_mem_multiplier", "2"))
    return min(scale_factor * ROWS_A_SCALE, int(max(hashed, size) * FULL / ROW_BYTES))


def _beside(made: Server, statement: str, end: threading.Event, problems: list[str]) -> None:
    try:
        while not end.is_set():
            made.sql(statement, timeout=120)
    except LabError as problem:
        problems.append(str(problem)[-300:])


def load(made: Server, clients: int, rows: int, seconds: int) -> dict[str, Any]:
    """Run one round and return what came of it: transactions done, and what the sessions said."""
    end, problems = threading.Event(), list[str]()
    words = ["--no-vacuum", f"--client={clients}", "--jobs=2", f"--time={seconds}"]
    with ThreadPoolExecutor(max_workers=len(BESIDE)) as pool:
        for statement in BESIDE:
            pool.submit(_beside, made, statement, end, problems)
        try:
            # A query under way at the end of the time is waited for.
            done = made.pgbench(words, QUERY.format(rows=rows), timeout=seconds + 300)
            said = done.stderr + "\n".join(problems)
            count = re.search(r"number of transactions actually processed: (\d+)", done.stdout)
        except subprocess.TimeoutExpired:
            said, count = "took longer than its time", None
        finally:
            end.set()
    return {
        "transactions": int(count[1]) if count else 0,
        "dropped": len(DROPPED.findall(said)),
        "no_memory": len(NO_MEMORY.findall(said)),
        "said": said[-400:] if said.strip() else "",
    }


def one_round(config: Config, limit: int, seconds: int) -> dict[str, Any]:
    """Return a round on a fresh server: transactions, kills, dropped sessions, peak of anonymous memory."""
    factor = scale(limit, RATIO)
    clients, rows = config.connections() - 1, rows_of(config, factor)
    volume = volume_of(limit, RATIO)
    evict(volume)
    try:
        with server(volume, config, limit, CPUS) as made:
            seen = load(made, clients, rows, seconds)
            return {
                **seen,
                "killed": made.killed(),
                "peak_mib": made.watch.peak // MIB,
                "clients": clients,
                "rows": rows,
            }
    except LabError as problem:
        return {"killed": None, "clients": clients, "rows": rows, "dropped": None, "said": str(problem)[-400:]}


def bad(each: dict[str, Any]) -> bool:
    """Tell whether a round lost anything: a process, a session, or a statement for want of memory."""
    return each["killed"] is None or bool(each["killed"] or each["dropped"] or each.get("no_memory"))


def trial(name: str, *, limit: int, workload: str, rounds: int, seconds: int) -> dict[str, Any]:
    """Return a contender's rounds, summed."""
    machine = Machine(limit=limit, cpus=CPUS, disk=DISK, workload=workload)
    config = CONTENDERS[name](machine)
    fill(volume_of(limit, RATIO), scale(limit, RATIO))
    seen = [one_round(config, limit, seconds) for _ in range(rounds)]
    return {
        "rounds": rounds,
        "clients": seen[0]["clients"],
        "rows": seen[0]["rows"],
        "bad_rounds": sum(bad(each) for each in seen),
        "killed": sum(each["killed"] or 0 for each in seen),
        "dropped": sum(each["dropped"] or 0 for each in seen),
        "no_memory": sum(each.get("no_memory") or 0 for each in seen),
        "failed_starts": sum(each["killed"] is None for each in seen),
        "transactions": sum(each.get("transactions") or 0 for each in seen),
        "peak_mib": max((each.get("peak_mib") or 0 for each in seen), default=0),
        "said": [each["said"] for each in seen if each["said"]][:3],
    }
