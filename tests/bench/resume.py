# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Interrupt site.yml at random, many times, and count how often the next run makes it good.

Prints a line a trial and writes build/bench/resume.json: ``{"seed", "reference_seconds", "passed", "trials": [...]}``,
each trial as tests/resume/trial.py's Result. The exit code is 1 where one trial was not made good.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
from collections.abc import Sequence
from functools import partial

from tests.lab.paths import ROOT
from tests.resume.moments import draw_any
from tests.resume.trial import Kill, Result, make_reference, run_trial

REPORT = ROOT / "build/bench/resume.json"
WIDTHS = (5, 7, 10, 6, 74, 6, 6)
# The part of the trials that change a host; the others provision a bare one.
CHANGES = 0.4


def row(*cells: object) -> str:
    """Return a line of the table."""
    return "  ".join(f"{cell!s:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def lines(number: int, result: Result) -> list[str]:
    """Return what the table says of a trial: a line a kill, and the verdict and problems at the end."""

    def told(kill: Kill, *rest: object) -> str:
        return row(
            number, "changed" if result.change else "bare", kill.kind, kill.at, kill.task or "the run had ended", *rest
        )

    *first, last = result.kills
    verdict = "well" if not result.problems else "FAILED"
    rest = [f"       {problem}" for problem in result.problems]
    return [*(told(kill, "", "") for kill in first), told(last, result.rerun_seconds, verdict), *rest]


def write(seed: int, seconds: float, results: Sequence[Result]) -> None:
    """Write the report as far as it goes."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    passed = sum(not result.problems for result in results)
    trials = [result.as_dict() for result in results]
    report = {"seed": seed, "reference_seconds": round(seconds, 1), "passed": passed, "trials": trials}
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Run the trials and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)  # noqa: S311 - a seed is wanted, not a secret
    reference = make_reference()
    results: list[Result] = []
    table = [row("trial", "host", "kill", "at s", "task", "rerun", "")]
    for number in range(options.trials):
        change = chance.random() < CHANGES
        results.append(run_trial(f"bench{number}", reference, partial(draw_any, chance), change=change))
        table += lines(number, results[-1])
        write(options.seed, reference.seconds, results)
    print("\n".join(table))
    passed = sum(not result.problems for result in results)
    print(f"{passed} of {len(results)} made good, seed {options.seed}, {REPORT.relative_to(ROOT)}")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
