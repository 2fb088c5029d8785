# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The largest maxmemory, as a part of the limit, with which no trial sees a process killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

# In percent of the limit; the answer is one of them.
SHARES = (20.0, 25.0, *(27.5 + 2.5 * step for step in range(10)), *(55.0 + 5 * step for step in range(8)))


def largest(survives: Callable[[float], bool], shares: Sequence[float] = SHARES) -> float | None:
    """Return the last share that survives, by bisection: more memory in use is never safer. None where none does."""
    low, high = -1, len(shares)
    while high - low > 1:
        middle = (low + high) // 2
        if survives(shares[middle]):
            low = middle
        else:
            high = middle
    return shares[low] if low >= 0 else None
