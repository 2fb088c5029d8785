# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One cell: every contender on the same data, in turn, round after round."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.lab.shell import LabError

from .contenders import OURS, Config, Machine
from .loads import CELLS, LOADS, Load, scale
from .server import Server, evict, fill, latency, rate, recover, server, words_of
from .stats import interval, ratios, verdict

Maker = Callable[[Machine], Config]
WARM_SECONDS = 2
WARM_SEED = 99
# Data that fits is read once before, so that a cold disk is not what is measured.
FITS = ("0.2x", "1x")
READ_ALL = "SELECT count(*), sum(abalance) FROM pgbench_accounts"


def volume_of(limit: int, ratio: str) -> str:
    """Return the name of the volume with data of a multiple of a limit."""
    return f"hfb-data-{limit >> 20}m-{ratio}"


def _warm(made: Server, load: Load, clients: int, factor: int, ratio: str) -> None:
    if ratio in FITS:
        made.sql(READ_ALL)
    made.pgbench(words_of(load, clients, WARM_SECONDS, factor, WARM_SEED), load.script)


def measure(config: Config, cell: str, machine: Machine, *, seconds: int, seed: int) -> dict[str, Any]:
    """Return one measurement: tps and latency_ms, None where the server did not live through it; kills; clients."""
    load, ratio = LOADS[CELLS[cell].load], CELLS[cell].ratio
    factor, volume = scale(machine.limit, ratio), volume_of(machine.limit, ratio)
    clients = min(load.clients, config.connections() - 1)
    evict(volume)
    try:
        with server(volume, config, machine) as made:
            if load.script == "" and not load.words:
                made.sql("VACUUM pgbench_branches, pgbench_tellers; TRUNCATE pgbench_history; CHECKPOINT")
            _warm(made, load, clients, factor, ratio)
            done = made.pgbench(words_of(load, clients, seconds, factor, seed), load.script)
            tps = rate(done.stdout) if done.returncode == 0 else None
            seen: dict[str, Any] = {
                "tps": tps,
                "latency_ms": latency(done.stdout),
                "killed": made.killed(),
                "clients": clients,
            }
            seen |= {} if tps is not None else {"said": done.stderr[-300:]}
    except LabError as problem:
        seen = {"tps": None, "latency_ms": None, "killed": None, "clients": clients, "said": str(problem)[-300:]}
    if seen["tps"] is None or seen["killed"]:
        recover(volume)
    return seen


def summed(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a contender's part of a cell: median and interval of tps, latency, kills, and rounds without a figure."""
    tps = [each["tps"] for each in rounds]
    known = [each for each in tps if each is not None]
    figures: dict[str, Any] = {"tps": tps, "failed": tps.count(None), "clients": rounds[0]["clients"]}
    figures["killed"] = sum(each["killed"] or 0 for each in rounds)
    figures["said"] = [each["said"] for each in rounds if "said" in each]
    if not known:
        return figures | {"median": None, "interval": None, "latency_ms": None}
    lag = statistics.median(each["latency_ms"] for each in rounds if each["latency_ms"] is not None)
    bounds = [round(each, 2) for each in interval(known)]
    return figures | {"median": round(statistics.median(known), 2), "interval": bounds, "latency_ms": round(lag, 2)}


def compared(seen: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return ours against the best peer: its name, the paired ratio's median and interval, and the verdict.

    The best peer is the one with the greatest median among those that lived through every round.
    """
    alive = {name: each for name, each in seen.items() if name != OURS and each["median"] and not each["failed"]}
    if not alive or seen[OURS]["median"] is None or seen[OURS]["failed"]:
        return {
            "best_peer": None,
            "ratio": None,
            "interval": None,
            "verdict": "lose" if seen[OURS]["failed"] else "win",
        }
    best = max(alive, key=lambda name: alive[name]["median"])
    found = ratios(seen[OURS]["tps"], seen[best]["tps"])
    bounds = [round(each, 3) for each in interval(found)]
    ratio = round(statistics.median(found), 3)
    return {"best_peer": best, "ratio": ratio, "interval": bounds, "verdict": verdict(found)}


def run_cell(
    cell: str, makers: Mapping[str, Maker], machine: Machine, *, seconds: int, pairs: int, seed: int
) -> dict[str, Any]:
    """Return a cell: each contender's figures and the comparison. pairs: rounds; in each, every contender once."""
    ratio, machine = CELLS[cell].ratio, replace(machine, workload=LOADS[CELLS[cell].load].workload)
    fill(volume_of(machine.limit, ratio), scale(machine.limit, ratio))
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in makers}
    order = list(makers)
    draw = random.Random(seed)  # noqa: S311 - an order that can be repeated, no secret.
    for number in range(pairs):
        draw.shuffle(order)
        for name in order:
            rounds[name].append(measure(makers[name](machine), cell, machine, seconds=seconds, seed=seed + number))
    seen = {name: summed(each) for name, each in rounds.items()}
    return {"contenders": seen} | (compared(seen) if OURS in seen else {})
