# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Run molecule's scenarios one after the other, on fresh hosts, and say what each step takes.

usage: python -m tests.acceptance [SCENARIO...]

Logs and the figures that tests measured are kept in build/molecule. The first scenario that fails ends the run; its
hosts stay for a look. Exit codes: 0, or the failed command's own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import IO

from tests.acceptance.scenarios import BUILD, SCENARIOS
from tests.lab.paths import ROOT

# As molecule writes it without colours.
_STEP = re.compile(r"^(?:INFO|ERROR) +\[\S+ > (\w+)\] (Executing|Executed: .*)$")
TAIL_LINES = 60


def say(text: str) -> None:
    """Print a line at once: a run takes minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def follow(name: str, lines: Iterable[str], log: IO[str]) -> list[str]:
    """Write a command's lines to the log, tell of each step that ended, and return the last lines."""
    since, tail = time.monotonic(), deque[str](maxlen=TAIL_LINES)
    for line in lines:
        log.write(line)
        log.flush()
        tail.append(line.rstrip())
        step = _STEP.search(line.rstrip())
        if step and step[2] == "Executing":
            since = time.monotonic()
        elif step:
            say(f"  {name:<12} {step[1]:<10} {time.monotonic() - since:7.1f} s  {step[2].removeprefix('Executed: ')}")
    return list(tail)


def molecule(name: str, log: IO[str], *words: str) -> int:
    """Run one command of molecule and return its exit code; its last lines are shown where it fails."""
    environment = os.environ | {"NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        ["molecule", *words, "--scenario-name", name, "--no-command-borders"],
        cwd=ROOT, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        tail = follow(name, running.stdout, log)
    if running.returncode:
        say("\n".join(tail))
        say(f"  {name}: failed; the whole of it is in {log.name}")
    return running.returncode


def judge(name: str) -> int:
    """Run one scenario from nothing to nothing and return its exit code."""
    figures = BUILD / f"{name}.figures"
    figures.unlink(missing_ok=True)
    with (BUILD / f"{name}.log").open("w", encoding="utf-8") as log:
        code = molecule(name, log, "destroy") or molecule(name, log, "test", "--destroy=never")
        if code == 0:
            code = molecule(name, log, "destroy")
    for line in figures.read_text(encoding="utf-8").splitlines() if figures.exists() else ():
        say(f"  {name:<12} {line}")
    return code


def main(names: Sequence[str]) -> int:
    """Run the scenarios; all of them where none is named."""
    unknown = set(names) - set(SCENARIOS)
    if unknown:
        say(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(SCENARIOS)}")
        return 2
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in names or SCENARIOS:
        started = time.monotonic()
        code = judge(name)
        say(f"  {name:<12} {'failed' if code else 'ok'}, {time.monotonic() - started:.0f} s")
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
