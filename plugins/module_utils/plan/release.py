# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How a new version can take the place of the old one: which services may run twice, and for what there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import laptop
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import mounts
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Row

TWO_COLOURS, ONE_BY_ONE, STOP_FIRST = "two-colours", "one-by-one", "stop-first"
# From the one that disturbs nobody to the one that needs no room.
STRATEGIES = (TWO_COLOURS, ONE_BY_ONE, STOP_FIRST)
_MEANS = {
    TWO_COLOURS: "all services twice for a while",
    ONE_BY_ONE: "one new container beside the old ones at a time",
    STOP_FIRST: "the old version stops before the new one starts",
}


def twice(wish: Wish) -> frozenset[str]:
    """Return the services of which old and new can run at once.

    Not those that write to a volume, which one writer owns; nor those that hold a port of the host; nor those that run
    to their end.
    """
    once = laptop.runs_once(wish)
    held = {name for name, declared in wish.stack.services.items() if declared.ports}
    own = {name for name in wish.apps() if any(each["type"] == "volume" for each in mounts(wish, name))}
    return frozenset(set(wish.apps()) - once - held - own)


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a release needs. strategy: one of STRATEGIES; bytes, cpus: for the containers that run besides."""

    strategy: str
    bytes: int
    cpus: float
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the release as a JSON-able dict."""
        return dict(vars(self))


def room(strategy: str, rows: Sequence[Row]) -> int:
    """Return the bytes of RAM that a strategy takes besides what runs. rows: sized."""
    again = [row for row in rows if row.twice]
    return {
        TWO_COLOURS: sum(row.bytes for row in again),
        ONE_BY_ONE: max((row.each_bytes or 0 for row in again), default=0),
        STOP_FIRST: 0,
    }[strategy]


def choose(asked: str, rows: Sequence[Row], free_bytes: int) -> Release:
    """Return how releases are done. asked: a strategy, or auto for the best one that fits. free_bytes: without any."""
    fitting = [each for each in STRATEGIES if room(each, rows) <= free_bytes] or [STOP_FIRST]
    strategy = fitting[0] if asked == "auto" else asked
    cpus = [(row.cpus or row.cpu_share / row.count, row.count) for row in rows if row.twice]
    besides = {
        TWO_COLOURS: sum(each * count for each, count in cpus),
        ONE_BY_ONE: max((each for each, _ in cpus), default=0.0),
        STOP_FIRST: 0.0,
    }[strategy]
    return Release(
        strategy=strategy, bytes=room(strategy, rows), cpus=round(besides, 2), reason=f"{strategy}: {_MEANS[strategy]}"
    )


def findings(asked: str, chosen: Release, rows: Sequence[Row], free_bytes: int) -> list[Finding]:
    """Return the warning that a release stops services though nobody asked for it, and what better ways would take."""
    if asked != "auto" or chosen.strategy != STOP_FIRST or not any(row.twice for row in rows):
        return []
    lacks = {each: format_bytes(room(each, rows) - free_bytes) for each in (ONE_BY_ONE, TWO_COLOURS)}
    return [
        Finding(
            path="budget.release",
            value=f"{format_bytes(max(0, free_bytes))} free",
            rule="a release stops each service before its new version starts: requests fail for that while",
            hint=f"{ONE_BY_ONE} lacks {lacks[ONE_BY_ONE]} and {TWO_COLOURS} {lacks[TWO_COLOURS]}; lower limits, or take"
            f" a larger host; {ROOT}.release.strategy: {STOP_FIRST} says that it is meant",
            level=WARNING,
        )
    ]
