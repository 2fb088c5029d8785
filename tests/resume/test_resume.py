# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Three kills: where packages are installed, where stores start, where a change is applied. A benchmark does more."""

from __future__ import annotations

import random

import pytest

from .moments import STRATA, draw
from .trial import Reference, make_reference, run_trial

SEED = 20260


@pytest.fixture(scope="session")
def reference() -> Reference:
    """Return what an uninterrupted run makes of a bare host."""
    return make_reference()


@pytest.mark.parametrize("number", range(len(STRATA)), ids=["packages", "stores", "change"])
def test_an_interrupted_run_is_made_good(number: int, reference: Reference) -> None:
    chance = random.Random(SEED + number)  # noqa: S311 - a seed is wanted, not a secret
    stratum = STRATA[number]
    change = stratum.change
    result = run_trial(f"trial{number}", reference, lambda steps: [draw(chance, stratum, steps)], change=change)
    said = "\n".join((f"seed {SEED}, trial {number}: {result.kills}", *result.problems))
    assert all(kill.task for kill in result.kills), f"nothing was interrupted\n{said}"
    assert not result.problems, said
