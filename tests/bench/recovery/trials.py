# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Lose what serves at random moments, many times, and count what is missing when it serves again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tests.lab import machines
from tests.recovery import store
from tests.recovery.test_recovery import RPO_SECONDS
from tests.recovery.trial import HOSTS, Stack

# The host itself is lost in each fourth of them, which takes as long as the three others.
WHOLE_EVERY = 4


def trials(count: int, seed: int, say: Callable[[str], None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a name and the figures of each trial. seed: of the random moments."""
    stack = Stack(seed)
    say(f"provisioned in {stack.provision():.0f} s, seed {seed}")
    try:
        for number in range(1, count + 1):
            result = stack.trial(whole=number % WHOLE_EVERY == 0)
            figures = asdict(result) | {"missing": len(result.missing), "load": round(os.getloadavg()[0], 1)}
            say(
                f"{number:3}  {'host' if result.whole else 'containers and volumes'}: {result.lost:.1f} s lost,"
                f" {len(result.missing)} of {result.wrote} missing before, back in {result.seconds:.0f} s"
            )
            yield f"{number:03}", figures
    finally:
        for host in (*HOSTS, store.HOST):
            machines.down(host)


def kept(cell: Mapping[str, Any]) -> bool:
    """Tell whether a trial kept what was promised."""
    return bool(cell["missing"] == 0 and cell["lost"] <= RPO_SECONDS)
