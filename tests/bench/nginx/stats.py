# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the figures of interleaved runs say, and what wrk prints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

_TIMES = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of wrk: answers a second, the server's CPU time for one in µs, 99th percentile of latency, errors."""

    rate: float
    cpu_us: float
    p99_ms: float
    errors: int


def parse(text: str, cpu_seconds: float) -> Run:
    """Return what wrk printed, with the CPU time that the server used meanwhile.

    Raises ValueError where it printed no result.
    """
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text)
    count = re.search(r"(\d+) requests in", text)
    if not rate or not tail or not count:
        raise ValueError(f"wrk printed no result: {text.strip()[-300:]}")
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    status = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    errors = sum(int(number) for number in sockets.groups()) if sockets else 0
    errors += int(status[1]) if status else 0
    cpu_us = cpu_seconds * 1e6 / max(1, int(count[1]))
    return Run(rate=float(rate[1]), cpu_us=cpu_us, p99_ms=float(tail[1]) * _TIMES[tail[2]], errors=errors)


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return least, median and most. Of five pairs the range covers the true median in 94 of 100 (order statistics)."""
    return min(values), median(values), max(values)


def verdict(ratios: Sequence[float]) -> str:
    """Return win, lose or tie of paired ratios (ours / peer): a difference counts where every pair agrees on it."""
    if min(ratios) > 1:
        return "win"
    return "lose" if max(ratios) < 1 else "tie"


def summary(runs: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """Return a cell of the report from each contender's runs, paired by position; one of them is called ours.

    Shape: {best, ratio: [least, median, most], verdict, contenders: {name: {rate: [...], cpu_us, p99_ms, errors}}}.
    """
    contenders = {
        name: {
            "rate": [round(value, 1) for value in interval([run.rate for run in each])],
            "cpu_us": round(median(run.cpu_us for run in each), 1),
            "p99_ms": round(median(run.p99_ms for run in each), 2),
            "errors": sum(run.errors for run in each),
        }
        for name, each in runs.items()
    }
    peers = [name for name in runs if name != "ours"]
    best = max(peers, key=lambda name: median(run.rate for run in runs[name]))
    ratios = [mine.rate / other.rate for mine, other in zip(runs["ours"], runs[best], strict=True)]
    return {
        "best": best,
        "ratio": [round(value, 3) for value in interval(ratios)],
        "verdict": verdict(ratios),
        "contenders": contenders,
    }
