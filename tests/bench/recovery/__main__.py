# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Measure what is lost with a host, how long it takes to come back, and what the archive costs.

usage: python -m tests.bench.recovery trials|size|cost [options]

Writes build/bench/recovery-PART.json and prints its table. Exit code 1 where a trial lost more than was promised.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from typing import Any

from tests.bench import results
from tests.bench.boxes import end_on_signals

from . import cost, size, tables, trials


def say(text: str) -> None:
    """Print a line at once: a run takes half an hour."""
    sys.stdout.write(f"recovery: {text}\n")
    sys.stdout.flush()


def _trials(options: argparse.Namespace) -> int:
    (results.DIRECTORY / "recovery-trials.json").unlink(missing_ok=True)
    cells: dict[str, Any] = {}
    for name, figures in trials.trials(options.trials, options.seed, say):
        cells[name] = figures
        results.keep("recovery-trials", {name: figures}, {"seed": options.seed})
    say(f"\n{results.table(tables.trial_rows(cells))}")
    return 0 if all(trials.kept(each) for each in cells.values()) else 1


def _size(options: argparse.Namespace) -> int:
    figures = size.measured(options.gib, options.log, say)
    name = f"{options.gib:g} GiB" + (f", {options.log:g} GiB since the backup" if options.log else "")
    cells = {name: figures | {"load": round(os.getloadavg()[0], 1)}}
    say(f"\n{results.table(tables.size_rows(results.keep('recovery-size', cells, {})['cells']))}")
    return 0


def _cost(options: argparse.Namespace) -> int:
    cells = cost.measured(options.rounds, options.seconds, say)
    how = {"rounds": options.rounds, "seconds": options.seconds}
    say(f"\n{results.table(tables.cost_rows(results.keep('recovery-cost', cells, how)['cells']))}")
    return 0


PARTS = {"trials": _trials, "size": _size, "cost": _cost}


def main() -> int:
    """Measure one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--gib", type=float, default=5.0)
    parser.add_argument("--log", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    end_on_signals()
    return PARTS[options.part](options)


if __name__ == "__main__":
    raise SystemExit(main())
