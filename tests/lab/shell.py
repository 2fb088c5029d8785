# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Running programs, waiting with a deadline, and saying what is being done."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TAIL_LINES = 25
# A piece of work, and what CPython 3.13 needed for it when the machine that the deadlines are meant for was at its
# fastest. The same machine took up to three times as long while its CPUs were shared.
WORK, WORK_SECONDS = 500_000, 0.03


class LabError(Exception):
    """Something the lab needs is not there; the text says what, and what to do."""


def run(
    argv: Sequence[str | Path], *, stdin: str | None = None, env: Mapping[str, str] | None = None, timeout: float = 600
) -> str:
    """Run a program and return what it printed. Raises LabError with its last lines where it fails or takes longer."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words, input=stdin, env={**os.environ, **(env or {})}, timeout=timeout,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise LabError(f"the program {words[0]!r} is not installed") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"took longer than {timeout:.0f} s: {' '.join(words)}") from None
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TAIL_LINES:])
        raise LabError(f"status {done.returncode} from: {' '.join(words)}\n{tail}")
    return done.stdout


def succeeds(argv: Sequence[str | Path], *, timeout: float = 60) -> bool:
    """Return True where a program ends with status 0; a program that is missing or too slow does not."""
    words = [str(word) for word in argv]
    try:
        return (
            subprocess.run(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=timeout, check=False,
            ).returncode
            == 0
        )  # fmt: skip
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def cpu_seconds() -> float:
    """Return the CPU time of a fixed piece of work, the best of three: a slow CPU counts, what else runs does not."""
    seen = []
    for _ in range(3):
        began = time.process_time()
        sum(number & 7 for number in range(WORK))
        seen.append(time.process_time() - began)
    return min(seen)


def scaled(seconds: float) -> float:
    """Return a deadline for this machine: longer in proportion while more wants to run than there are CPUs, and where
    its CPUs are slower than those on which the deadlines were set, as a shared machine's can be for a while.
    """
    crowded = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return seconds * crowded * max(1.0, cpu_seconds() / WORK_SECONDS)


def wait_until(what: str, probe: Callable[[], bool], *, seconds: float, every: float = 0.2) -> None:
    """Ask until the answer is yes. Raises LabError naming ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > deadline:
            raise LabError(f"gave up after {seconds:.0f} s waiting for {what}")
        time.sleep(every)


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print one line to standard error: what is done, and the seconds it took."""
    sys.stderr.write(f"lab: {label} ... ")
    sys.stderr.flush()
    started = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stderr.write("failed\n")
        raise
    sys.stderr.write(f"{time.monotonic() - started:.1f} s\n")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes: two runs of the lab must not build the same image or network at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
