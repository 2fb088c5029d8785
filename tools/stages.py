# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Run make targets in lanes, say what each takes, and start no further one after the first that fails.

usage: tools/stages.py run TARGET... [-- TARGET...]... [then TARGET...]...

The targets of a lane run one after the other; lanes, separated by ``--``, run beside each other; what comes behind
``then`` waits for all lanes before it. The output of a target goes straight through where nothing runs beside it; else
it is kept in build/stages and shown when the target ends. The seconds of each are written to build/timings.json
(``{"stages": [{"name", "seconds", "result"}], "seconds"}``, the last on the wall). Tests are counted from the JUnit
files which pytest leaves in build/junit while a target runs. The last line is ``N passed, N failed, N skipped``. Exit
codes: 0 when every stage passed, otherwise that of the first in the order of the call that failed, 2 for a wrong call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
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
    return subprocess.run(_make(name), check=False).returncode


def run_make_aside(name: str) -> int:
    """Run one make target, show its output in one piece when it ends, and return its exit code."""
    log = BUILD / "stages" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(_make(name), check=False, stdout=file, stderr=subprocess.STDOUT).returncode
    print(log.read_text(encoding="utf-8", errors="replace"), end="", flush=True)
    return code


def _make(name: str) -> list[str]:
    return [os.environ.get("MAKE", "make"), "--no-print-directory", name]


def run(lanes: Sequence[Sequence[str]], execute: Callable[[str], int]) -> list[Stage]:
    """Run the lanes beside each other and return the stages that ran, in the order in which they ended."""
    done: list[Stage] = []
    failed = Event()

    def follow(lane: Sequence[str]) -> None:
        for name in lane:
            if failed.is_set():
                return
            print(f"\n=== {name}", flush=True)
            started = time.monotonic()
            result = execute(name)
            done.append(Stage(name=name, seconds=round(time.monotonic() - started, 1), result=result))
            print(f"=== {name}: {'ok' if result == 0 else f'failed ({result})'}, {done[-1].seconds} s", flush=True)
            if result != 0:
                failed.set()

    with ThreadPoolExecutor(len(lanes)) as lanes_running:
        # Asked for its result, a lane that broke says so.
        for ended in [lanes_running.submit(follow, lane) for lane in lanes]:
            ended.result()
    return done


def table(names: Sequence[str], done: Sequence[Stage], seconds: float) -> str:
    """Return the closing table, in the order of the call. Stages that a failure kept from running are named so.

    seconds: on the wall, of all of them.
    """
    width = max(len(name) for name in (*names, "total"))
    ran = {stage.name: stage for stage in done}
    rows = [
        f"{name:<{width}} {ran[name].seconds:8.1f} s  {'FAILED' if ran[name].result else 'ok'}"
        if name in ran
        else f"{name:<{width}} {'-':>8}    not run"
        for name in names
    ]
    return "\n".join([*rows, f"{'total':<{width}} {seconds:8.1f} s"])


def split(words: Sequence[str], at: str) -> list[list[str]]:
    """Return the parts between the words that separate them; an empty one is none."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word == at:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def phases_of(words: Sequence[str]) -> list[list[list[str]]]:
    """Return the phases of a command line, each with its lanes."""
    phases = (split(phase, "--") for phase in split(words, "then"))
    return [lanes for lanes in phases if lanes]


def run_phases(phases: Sequence[Sequence[Sequence[str]]]) -> list[Stage]:
    """Run the phases in order, up to the first in which a stage fails, and return the stages that ran."""
    done: list[Stage] = []
    for lanes in phases:
        done += run(lanes, run_make if len(lanes) == 1 else run_make_aside)
        if any(stage.result for stage in done):
            break
    return done


def main(arguments: Sequence[str]) -> int:
    """Run the stages named on the command line and return the exit code."""
    phases = phases_of(arguments[1:])
    if not phases or arguments[0] != "run":
        print(__doc__, file=sys.stderr)
        return 2
    JUNIT.mkdir(parents=True, exist_ok=True)
    for stale in JUNIT.glob("*.xml"):
        stale.unlink()
    started = time.monotonic()
    done = run_phases(phases)
    seconds = round(time.monotonic() - started, 1)
    timings = {"stages": [asdict(stage) for stage in done], "seconds": seconds}
    (BUILD / "timings.json").write_text(json.dumps(timings, indent=2) + "\n", encoding="utf-8")
    names = [name for lanes in phases for lane in lanes for name in lane]
    print("\n" + table(names, done, seconds))
    print(count(path.read_text(encoding="utf-8") for path in sorted(JUNIT.glob("*.xml"))).line())
    codes = {stage.name: stage.result for stage in done}
    return next((codes[name] for name in names if codes.get(name)), 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
