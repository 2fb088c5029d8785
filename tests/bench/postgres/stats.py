# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Medians with intervals of few measurements, and what a pair of contenders comes to."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence

RESAMPLES = 2000
PERCENT = 95
WIN, TIE, LOSE = "win", "tie", "lose"
# With fewer rounds an interval says nothing.
LEAST_ROUNDS = 5


def interval(values: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """Return the bounds of the median, 95 %, by the percentile bootstrap (Efron): resampled with a fixed seed."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable resampling, no secret.
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    cut = round(RESAMPLES * (100 - PERCENT) / 200)
    return medians[cut], medians[-cut - 1]


def ratios(ours: Sequence[float | None], others: Sequence[float | None]) -> list[float]:
    """Return ours over another's, round by round; rounds in which either has no figure are left out."""
    return [a / b for a, b in zip(ours, others, strict=True) if a is not None and b]


def verdict(found: Sequence[float]) -> str:
    """Return win, tie or lose: by whether the interval of the paired ratio's median holds 1; - for too few rounds."""
    if len(found) < LEAST_ROUNDS:
        return "-"
    low, high = interval(found)
    return WIN if low > 1 else LOSE if high < 1 else TIE
