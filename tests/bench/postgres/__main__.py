# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Measure PostgreSQL in a container with a memory limit that holds: our settings beside those of other tuners.

Without --kill: throughput of each load on data of 0.2, 1 and 4 times the limit (build/bench/postgres.json). With it:
every allowed connection sorts and hashes at once (build/bench/postgres-kill.json). Cells run alone are merged.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, format_bytes, parse_bytes
from tests.bench.boxes import end_on_signals
from tests.bench.results import chosen, keep, table

from .contenders import CONTENDERS, CPUS, DISK, LIMIT, OURS, Machine, changed
from .kill import trial
from .kill import volume_of as kill_volume
from .loads import CELLS, LOADS
from .tables import kill_rows, rows
from .throughput import run_cell, volume_of

# A kernel gives a contender the same chance at each limit; peers that are killed in every round need no twenty.
KILL_LIMITS = {"256 MiB": 256 * MIB, "1 GiB": GIB}
PEER_ROUNDS = 5


def parsed() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", default="", help="comma-separated patterns; all without")
    parser.add_argument("--contenders", default="", help="comma-separated patterns; all without")
    parser.add_argument("--limit", type=parse_bytes, default=LIMIT)
    parser.add_argument("--cpus", type=int, default=CPUS)
    parser.add_argument("--cpuset", default="", help="CPUs to bind servers and clients to, as 1 or 0-1")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--change", action="append", default=[], help="name=value: measure ours with it beside ours")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--keep-data", action="store_true", help="keep the volumes for the next run")
    return parser.parse_args()


def throughput(arguments: argparse.Namespace) -> int:
    """Measure the chosen cells; the exit code is 1 where ours loses one."""
    makers = {name: CONTENDERS[name] for name in chosen(CONTENDERS, arguments.contenders)}
    if arguments.change:
        makers = {OURS: CONTENDERS[OURS], "changed": changed(dict(each.split("=", 1) for each in arguments.change))}
    done: dict[str, Any] = {}
    machine = Machine(limit=arguments.limit, cpus=arguments.cpus, disk=DISK, workload="web", cpuset=arguments.cpuset)
    how = {"limit": format_bytes(arguments.limit), "seconds": arguments.seconds, "pairs": arguments.pairs}
    how |= {"cpus": arguments.cpus, "cpuset": arguments.cpuset}
    for cell in chosen(CELLS, arguments.cells):
        before = os.getloadavg()[0]
        figures = run_cell(cell, makers, machine, seconds=arguments.seconds, pairs=arguments.pairs, seed=arguments.seed)
        done[cell] = figures | {"load_before": round(before, 1)}
        if not arguments.change and not arguments.contenders:
            name = cell if arguments.limit == LIMIT else f"{cell}, {format_bytes(arguments.limit)}"
            keep("postgres", {name: done[cell]}, how)
        print(table(rows({cell: done[cell]})), flush=True)
    print(table(rows(done)))
    return int(any(cell.get("verdict") == "lose" for cell in done.values()))


def kills(arguments: argparse.Namespace) -> int:
    """Run the kill test; the exit code is 1 where ours lost anything."""
    every = {
        f"{name} {workload} {size}": (name, workload, KILL_LIMITS[size])
        for size in KILL_LIMITS
        for workload in sorted({load.workload for load in LOADS.values()} | {"analytics"})
        for name in CONTENDERS
        # pgtune alone among the peers asks for the kind of load, and not for analytics by that name.
        if name == OURS or workload == "web" or (name == "pgtune" and workload != "analytics")
    }
    done: dict[str, Any] = {}
    for cell in chosen(every, arguments.cells):
        name, workload, limit = every[cell]
        rounds = arguments.rounds if name == OURS else min(arguments.rounds, PEER_ROUNDS)
        done[cell] = trial(name, limit=limit, workload=workload, rounds=rounds, seconds=arguments.seconds)
        keep("postgres-kill", {cell: done[cell]}, {"seconds": arguments.seconds})
        print(table(kill_rows({cell: done[cell]})), flush=True)
    print(table(kill_rows(done)))
    return int(any(cell["bad_rounds"] for name, cell in done.items() if name.startswith(OURS)))


def main() -> int:
    """Run what is asked for, and remove the data unless it is to be kept."""
    arguments = parsed()
    end_on_signals()
    try:
        return kills(arguments) if arguments.kill else throughput(arguments)
    finally:
        if not arguments.keep_data:
            sizes = {*KILL_LIMITS.values(), arguments.limit}
            ratios = {cell.ratio for cell in CELLS.values()}
            names = [volume_of(size, ratio) for size in sizes for ratio in ratios]
            names += [kill_volume(size) for size in sizes]
            subprocess.run(["docker", "volume", "rm", "--force", *names], capture_output=True, check=False)


if __name__ == "__main__":
    raise SystemExit(main())
