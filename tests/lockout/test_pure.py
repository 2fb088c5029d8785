# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The parts of a trial that need no host."""

from __future__ import annotations

import math
import random

import pytest

from .changes import ACTS, NFTABLES, REFUSED, SSHD, TEN, TEXTS, draw
from .trial import Logins


def logins(*seen: tuple[float, float, bool]) -> Logins:
    made = Logins()
    made.seen = list(seen)
    return made


@pytest.mark.parametrize(
    ("seen", "seconds"),
    [
        ([(0, 1, True), (1, 2, True)], 0),
        ([(0, 1, True), (1, 3, False), (3, 5, False), (5, 6, True)], 5),
        # Open for a moment in between: closed until it stays open.
        ([(0, 1, False), (1, 2, True), (2, 4, False), (4, 5, True), (5, 6, True)], 5),
        ([(0, 1, True), (1, 3, False)], math.inf),
    ],
)
def test_closed_is_from_the_first_failure_to_the_last(seen: list[tuple[float, float, bool]], seconds: float) -> None:
    assert logins(*seen).closed_seconds() == seconds


def test_changes_repeat_and_every_kind_comes_up() -> None:
    drawn = [draw(random.Random(seed)) for seed in range(400)]  # noqa: S311 - a seed is wanted, not a secret
    assert drawn == [draw(random.Random(seed)) for seed in range(400)]  # noqa: S311
    assert {(each.path, each.name) for each in drawn} == {(path, name) for path in TEXTS for name in TEXTS[path]}
    assert {each.act for each in drawn} == set(ACTS)
    assert {each.path for each in TEN} == {SSHD, NFTABLES}
    assert {each.act for each in TEN} == set(ACTS)


def test_a_change_is_what_the_guard_takes() -> None:
    for each in TEN:
        task = each.task()
        assert task["files"][0]["path"] == each.path
        assert "{" not in str(each)
        assert "{{" not in task["files"][0]["content"], "a brace that was to be filled in"
        assert task["commands"] == [list(each.command)]
    assert {each.name for each in TEN if not each.locks} <= REFUSED
