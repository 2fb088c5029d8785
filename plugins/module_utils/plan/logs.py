# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What all logs of the machine have in common: where they lie, and how long they are kept."""

from __future__ import annotations

import math

LOGS_PATH = "/var/log"
DAY = 86_400
KEEP_DAYS = 90


def keep_days(*declared: float | None) -> int:
    """Return the whole days that last at least as long as the first declaration in seconds; 90 where there is none."""
    first = next((each for each in declared if each is not None), None)
    return KEEP_DAYS if first is None else max(1, math.ceil(first / DAY))
