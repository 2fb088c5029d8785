# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Make bad changes of sshd and of a firewall at random, many times, and count how often a fresh login works in time.

Prints a line a trial and writes build/bench/lockout.json: ``{"seed", "passed", "slowest", "trials"}``, each trial
as tests/lockout/trial.py's Outcome. One of 200 and more is published in docs/bench, for docs/security.md.
The exit code is 1 where one trial was not made good in time.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.bench import results
from tests.bench.boxes import end_on_signals
from tests.lab.paths import ROOT
from tests.lockout.changes import NFTABLES, SSHD, Change, draw
from tests.lockout.test_lockout import MOST_SECONDS
from tests.lockout.trial import Outcome, attempt, have_host

# A shorter run, to see one failure again, says nothing of how often.
PUBLISHED_FROM = 200
REPORT = ROOT / "build/bench/lockout.json"


def good(outcome: Outcome) -> bool:
    """Tell whether a host was as before and open again in time."""
    return not outcome.problems and outcome.closed <= MOST_SECONDS


def report(seed: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the report as far as it goes. slowest: seconds that a host was closed."""
    return {
        "seed": seed,
        "passed": sum(map(good, outcomes)),
        "slowest": max((outcome.closed for outcome in outcomes), default=0.0),
        "trials": [asdict(outcome) for outcome in outcomes],
    }


def figures(seed: int, changes: Sequence[Change], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what is published: counts, and in seconds how long the slowest one was closed."""
    told = report(seed, outcomes)
    return {
        "seed": seed,
        "trials": len(outcomes),
        "passed": told["passed"],
        "slowest": told["slowest"],
        "sshd": sum(change.path == SSHD for change in changes),
        "nftables": sum(change.path == NFTABLES for change in changes),
        "killed": sum(change.act == "kill" for change in changes),
        "power": sum(change.act == "power" for change in changes),
    }


def main() -> int:
    """Run the trials and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    end_on_signals()
    chance = random.Random(options.seed)  # noqa: S311 - a seed is wanted, not a secret
    have_host()
    changes = [draw(chance) for _ in range(options.trials)]
    outcomes: list[Outcome] = []
    for number, change in enumerate(changes):
        outcomes.append(attempt(f"bench{number}", change))
        last = outcomes[-1]
        print(
            f"{number:4}  {last.closed:5.1f} s closed  {'well' if good(last) else 'FAILED'}  {last.change}", flush=True
        )
        for problem in last.problems:
            print(f"      {problem}", flush=True)
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(report(options.seed, outcomes), indent=2) + "\n", encoding="utf-8")
    passed = sum(map(good, outcomes))
    found = figures(options.seed, changes, outcomes)
    if len(outcomes) >= PUBLISHED_FROM:
        results.keep("lockout", {"guarded": found}, {"limit_seconds": MOST_SECONDS}, results.PUBLISHED)
    print(f"{passed} of {len(outcomes)} open again within {MOST_SECONDS} s, seed {options.seed}")
    return 0 if passed == len(outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
