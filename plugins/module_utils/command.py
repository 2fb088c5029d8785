# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Programs, run without a shell, as a value that a test can replace."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Result:
    """Exit status and output of a program. 127: it is not installed; 124: it did not end in time."""

    status: int
    out: str = ""
    err: str = ""

    def message(self) -> str:
        """Return what the program said, errors first, for people."""
        return (self.err.strip() or self.out.strip() or f"exit status {self.status}")[-2000:]


# The command, and what it reads from its standard input.
Run = Callable[[Sequence[str], str], Result]


def runner(*, timeout_seconds: float = 60, environment: Mapping[str, str] | None = None) -> Run:
    """Return a function that runs programs, each for at most ``timeout_seconds``."""

    def run(command: Sequence[str], given: str = "") -> Result:
        try:
            done = subprocess.run(
                command,
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=timeout_seconds,
                env=environment,
            )
        except FileNotFoundError:
            return Result(status=127, err=f"{command[0]} is not installed")
        except subprocess.TimeoutExpired:
            return Result(status=124, err=f"{command[0]} did not end within {timeout_seconds:g} s")
        return Result(status=done.returncode, out=done.stdout, err=done.stderr)

    return run
