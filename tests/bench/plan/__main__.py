# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Draw hosts and declarations, plan them, and count the broken promises; time a plan of sixty services.

Prints a table and writes build/bench/plan.json: pairs, refused (by a finding), broken (seed to promises), seconds, and
milliseconds of a plan of 60 services (median and the slowest).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
import traceback
from collections.abc import Iterable

from tests.bench.plan.pairs import draw_pair
from tests.bench.plan.promises import broken, make
from tests.lab.paths import ROOT

REPORT = ROOT / "build/bench/plan.json"
SERVICES = 60
LIMIT_MS = 100
BATCH = 250
# Every so many pairs are planned twice and compared; a larger host's plan is made for all.
TWICE = 10


def check(seed: int) -> tuple[list[str], bool]:
    """Return the broken promises of a seed's pair, a planner that fails among them, and whether it was refused."""
    pair = draw_pair(seed)
    try:
        return broken(pair, twice=seed % TWICE == 0)
    except Exception:  # noqa: BLE001 - whatever a planner raises is a broken promise, and told with the seed.
        return [traceback.format_exc()], False


def _batch(seeds: Iterable[int]) -> list[tuple[int, list[str], bool]]:
    return [(seed, *check(seed)) for seed in seeds]


def plan_milliseconds(plans: int) -> list[float]:
    """Return the CPU time of plans of sixty services, each a different one, from raw declaration to rendered text."""
    times = []
    for seed in range(plans):
        pair = draw_pair(seed, SERVICES)
        started = time.process_time()
        make(pair)
        times.append((time.process_time() - started) * 1000)
    return times


def main() -> int:
    """Run the pairs on all CPUs and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + arguments.pairs)
    batches = [seeds[start : start + BATCH] for start in range(0, len(seeds), BATCH)]
    failed: dict[int, list[str]] = {}
    checked = refused = 0
    with multiprocessing.Pool() as pool:
        for done in pool.imap_unordered(_batch, batches):
            checked += len(done)
            refused += sum(each for _, _, each in done)
            told = {seed: problems for seed, problems, _ in done if problems}
            failed |= told
            for seed, problems in told.items():
                print(f"seed {seed}: {'; '.join(problems)}")
    times = plan_milliseconds(50)
    report = {
        "pairs": checked,
        "first_seed": arguments.seed,
        "refused": refused,
        "broken": {str(seed): problems for seed, problems in sorted(failed.items())},
        "seconds": round(time.monotonic() - started, 1),
        "plan_of_60_ms": {"median": round(statistics.median(times), 1), "slowest": round(max(times), 1)},
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for name in ("pairs", "refused", "seconds", "plan_of_60_ms"):
        print(f"{name:<14} {report[name]}")
    print(f"broken         {len(failed)}")
    slow = statistics.median(times) > LIMIT_MS
    return 1 if failed or slow or checked < arguments.pairs else 0


if __name__ == "__main__":
    raise SystemExit(main())
