# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The second program gets all of the first one's output, or no end of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import piper


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


def test_output_becomes_input() -> None:
    first, second = piper(timeout_seconds=30)(shell("seq 200000; echo said >&2"), shell("sha256sum; echo heard >&2"))
    assert (first.status, first.err) == (0, "said\n")
    assert (second.status, second.err) == (0, "heard\n")
    assert second.out.split()[0] == hashlib.sha256("".join(f"{n}\n" for n in range(1, 200001)).encode()).hexdigest()


def test_a_first_one_that_fails_ends_the_second_before_its_input_ends(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    first, second = piper(timeout_seconds=30)(shell("echo half; exit 3"), shell(f"cat; touch {mark}"))
    assert first.status == 3
    assert second.status != 0
    assert not mark.exists()


def test_a_second_one_that_ignores_its_end_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    stubborn = f"trap '' TERM; cat; touch {mark}"
    first, second = piper(timeout_seconds=30)(shell("echo half; sleep 0.2; exit 3"), shell(stubborn))
    assert (first.status, second.status) == (3, -9)
    assert not mark.exists()


def test_a_second_one_that_fails_ends_the_first() -> None:
    first, second = piper(timeout_seconds=30)(["yes"], shell("read line; echo no >&2; exit 4"))
    assert first.status != 0
    assert (second.status, second.err) == (4, "no\n")


def test_time_is_bounded() -> None:
    first, second = piper(timeout_seconds=0.3)(shell("exec sleep 60"), ["cat"])
    assert (first.status, second.status) == (124, 124)
