# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Programs as values."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner


def test_input_and_output() -> None:
    done = runner(environment={"PATH": "/usr/bin:/bin", "WORD": "said"})(
        ["sh", "-c", "cat; echo $WORD >&2; exit 3"], "given"
    )
    assert done == Result(status=3, out="given", err="said\n")


@pytest.mark.parametrize(
    ("command", "status", "told"),
    [(["no-such-program"], 127, "no-such-program is not installed"), (["sleep", "5"], 124, "did not end within 0.1 s")],
)
def test_programs_that_are_missing_or_too_slow(command: list[str], status: int, told: str) -> None:
    done = runner(timeout_seconds=0.1)(command, "")
    assert done.status == status
    assert told in done.message()


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (Result(status=1, out="out", err="err\n"), "err"),
        (Result(status=1, out="out\n"), "out"),
        (Result(status=9), "exit status 9"),
    ],
)
def test_message(result: Result, told: str) -> None:
    assert result.message() == told
