# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Run make targets one after the other, say what each takes, and stop at the first that fails.

usage: tools/stages.py run TARGET...

The output of a target goes straight through. The seconds of each are written to build/timings.json
(``{"stages": [{"name", "seconds", "result"}], "seconds"}``). Tests are counted from the JUnit files which pytest leaves
in build/junit while a target runs. The last line is ``N passed, N failed, N skipped``. Exit codes: 0 when every stage
passed, the failed stage's own otherwise, 2 for a wrong call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

BUILD = Path("build")
JUNIT = BUILD / "junit"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One target that ran. result: the exit code of make."""

    name: str
    seconds: float
    result: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Tests of a run, summed over its JUnit files."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def line(self) -> str:
        """Return the closing line."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count(documents: Iterable[str]) -> Counts:
    """Return the sums over JUnit documents. An error while a test is set up counts as failed."""
    suites = [suite for text in documents for suite in ElementTree.fromstring(text).iter("testsuite")]  # noqa: S314

    def total(attribute: str) -> int:
        return sum(int(suite.get(attribute, "0")) for suite in suites)

    failed = total("failures") + total("errors")
    return Counts(passed=total("tests") - failed - total("skipped"), failed=failed, skipped=total("skipped"))


def run_make(name: str) -> int:
    """Run one make target and return its exit code."""
    return subprocess.run([os.environ.get("MAKE", "make"), "--no-print-directory", name], check=False).returncode


def run(names: Sequence[str], execute: Callable[[str], int]) -> list[Stage]:
    """Run the stages in order and return those that ran; the last one may have failed."""
    done: list[Stage] = []
    for number, name in enumerate(names, 1):
        print(f"\n=== [{number}/{len(names)}] {name}", flush=True)
        started = time.monotonic()
        result = execute(name)
        done.append(Stage(name=name, seconds=round(time.monotonic() - started, 1), result=result))
        print(f"=== {name}: {'ok' if result == 0 else f'failed ({result})'}, {done[-1].seconds} s", flush=True)
        if result != 0:
            break
    return done


def table(names: Sequence[str], done: Sequence[Stage]) -> str:
    """Return the closing table. Stages behind a failure are named as not run."""
    width = max(len(name) for name in (*names, "total"))
    verdicts = ["ok" if stage.result == 0 else "FAILED" for stage in done]
    rows = [f"{stage.name:<{width}} {stage.seconds:8.1f} s  {said}" for stage, said in zip(done, verdicts, strict=True)]
    rows += [f"{name:<{width}} {'-':>8}    not run" for name in names[len(done) :]]
    rows.append(f"{'total':<{width}} {sum(stage.seconds for stage in done):8.1f} s")
    return "\n".join(rows)


def main(arguments: Sequence[str]) -> int:
    """Run the stages named on the command line and return the exit code."""
    if len(arguments) < 2 or arguments[0] != "run":
        print(__doc__, file=sys.stderr)
        return 2
    names = arguments[1:]
    JUNIT.mkdir(parents=True, exist_ok=True)
    for stale in JUNIT.glob("*.xml"):
        stale.unlink()
    done = run(names, run_make)
    seconds = round(sum(stage.seconds for stage in done), 1)
    timings = {"stages": [asdict(stage) for stage in done], "seconds": seconds}
    (BUILD / "timings.json").write_text(json.dumps(timings, indent=2) + "\n", encoding="utf-8")
    print("\n" + table(names, done))
    print(count(path.read_text(encoding="utf-8") for path in sorted(JUNIT.glob("*.xml"))).line())
    return done[-1].result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
