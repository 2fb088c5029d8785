# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is tight on a host although it is no error: who has little, what that means, one line a kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import release
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import SLICES, SPARE_PART, Budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Row
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

NAMED = 4


def few(words: Iterable[str]) -> str:
    """Return the first words of a list, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


def _line(resource: str, who: Sequence[str], value: str, means: str) -> dict[str, Any]:
    return {"resource": resource, "who": list(who), "value": value, "means": means}


def tight(budget: Budget, checks: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return what is tight as dicts of resource, who (names), value and means. checks: of the declared tier."""
    return [*_memory(budget), *_cpus(budget), *_disk(budget), *_release(budget), *_tier(checks)]


def _memory(budget: Budget) -> Iterator[dict[str, Any]]:
    shared = [row for row in budget.rows if row.reason.startswith("by weight")]
    least = [row for row in shared if row.bytes <= row.least_bytes * row.count]
    little = [row for row in shared if row not in least and row.bytes < row.comfort_bytes * row.count]
    for rows, bound, means in (
        (least, "least_bytes", "at its least: it starts, and has nothing for load"),
        (little, "comfort_bytes", "below the size that is comfortable"),
    ):
        if rows:
            yield _line("memory", [row.who for row in rows], few(_of(row, bound) for row in rows), means)
    kept = int(budget.capacity.memory_bytes * SPARE_PART)
    if 0 <= budget.free_bytes < kept:
        value = f"{format_bytes(budget.free_bytes)} of {format_bytes(kept)}"
        yield _line("memory", ["free"], value, "declared limits use the tenth that is kept for the page cache")


def _of(row: Row, bound: str) -> str:
    each: int = getattr(row, bound)
    return f"{row.who} {format_bytes(row.each_bytes or 0)} of {format_bytes(each)}"


def asked_cpus(budget: Budget) -> float:
    """Return all CPU limits and what is reserved, in sum."""
    kept = sum(row.cpu_share for row in budget.rows if row.group in SLICES)
    return round(kept + sum((row.cpus or 0) * row.count for row in budget.rows), 2)


def _cpus(budget: Budget) -> Iterator[dict[str, Any]]:
    limited = [row for row in budget.rows if row.cpus]
    asked = asked_cpus(budget)
    if not limited or asked <= budget.capacity.cpus:
        return
    value = f"limits of {asked:g} on {budget.capacity.cpus:g}"
    hit = sorted(limited, key=lambda row: row.cpu_share / ((row.cpus or 1) * row.count))
    shares = few(f"{row.who} {row.cpu_share:.2g} of {(row.cpus or 0) * row.count:g}" for row in hit)
    yield _line("cpus", [row.who for row in hit], value, f"when all are busy at once they share: {shares}")


def _disk(budget: Budget) -> Iterator[dict[str, Any]]:
    least = [row for row in budget.disk if row.weight and row.bytes <= row.least]
    if least:
        value = few(f"{row.who} {format_bytes(row.bytes)}" for row in least)
        yield _line("disk", [row.who for row in least], value, "at its least: the volume has no room to grow")


def _release(budget: Budget) -> Iterator[dict[str, Any]]:
    strategy = budget.release.strategy
    if strategy == release.TWO_COLOURS or not any(row.twice for row in budget.rows):
        return
    means = {
        release.STOP_FIRST: "each service is stopped before its new version starts: requests fail for that while",
        release.ONE_BY_ONE: "one service at a time: old and new versions serve side by side for longer",
    }[strategy]
    declared = "" if budget.asked_release == "auto" else " (declared)"
    yield _line("release", [row.who for row in budget.rows if row.twice], f"{strategy}{declared}", means)


def _tier(checks: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    value = {"tight": "within the tolerance of the declared tier", "short": "less than the declared tier asks for"}
    for each in checks:
        if each["verdict"] in value:
            yield _line(each["resource"], ["tier"], value[each["verdict"]], each["reason"])
