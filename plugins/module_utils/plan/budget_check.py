# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is wrong with a budget: who asks for what, and what would make it fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import release
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import CONTAINERS, SLICES, Budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Row
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, format_bytes

# Docker starts no container with less.
ENGINE_LEAST = 6 * MIB
LARGEST = 3


def findings(budget: Budget) -> list[Finding]:
    """Return over-commitment: memory and disk never, a container above the host's CPUs never, CPU limits in sum may."""
    spare = budget.free_bytes + budget.release.bytes
    return [
        *_memory(budget),
        *_each(budget),
        *_cpus(budget),
        *_disk(budget),
        *release.findings(budget.asked_release, budget.release, budget.rows, spare),
    ]


def _asks(rows: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{who} {format_bytes(size)}" for who, size in rows)


def least_memory(rows: Sequence[Row]) -> int:
    """Return the RAM in bytes of the smallest host that these claims fit. rows: sized.

    The slices grow with the host, so the sum is taken again for the host that it asks for, until both agree; each
    slice is a few per cent, so that is soon. The tenth that is kept back from sharing may be used by what was declared.
    """
    containers = sum(row.count for row in rows if row.group in CONTAINERS)
    grown = [SLICES[row.group] for row in rows if row.group in SLICES and not row.memory_path]
    fixed = sum(row.bytes for row in rows if row.group not in SLICES and row.group != "free")
    fixed += sum(row.bytes for row in rows if row.group in SLICES and row.memory_path)
    size, needed = 0, fixed
    while needed > size:
        size = needed
        needed = fixed + sum(math.ceil(each.memory(size, containers)) for each in grown)
    return size


def _memory(budget: Budget) -> Iterator[Finding]:
    spare = budget.free_bytes
    if spare >= 0:
        return
    total = budget.capacity.memory_bytes
    rows = [row for row in budget.rows if row.group != "free"]
    size = math.ceil(least_memory(rows) / GIB)
    largest = sorted((row for row in rows if row.memory_path), key=lambda row: -row.bytes)[:LARGEST]
    lower = f"lower limits by {format_bytes(-spare)} in sum"
    where = f" (the largest: {', '.join(row.memory_path for row in largest)})" if largest else ""
    yield Finding(
        path="budget.memory",
        value=f"{format_bytes(total - spare)} asked for: {_asks((row.who, row.bytes) for row in rows)}",
        rule=f"all parts together must fit into the host's {format_bytes(total)}",
        hint=f"{lower}{where}, or take a larger host: {size} GiB would do",
    )


def _each(budget: Budget) -> Iterator[Finding]:
    cpus = budget.capacity.cpus
    for row in budget.rows:
        if row.cpus is not None and row.cpus > cpus:
            rule = f"a container cannot have more CPUs than the host's {cpus:g}"
            hint = f"lower it; {ROOT} can give another limit than the Compose file"
            yield Finding(path=row.cpus_path, value=row.cpus, rule=rule, hint=hint)
        if row.memory_path and (row.each_bytes or 0) < ENGINE_LEAST:
            rule = f"must be {format_bytes(ENGINE_LEAST)} or more: the engine starts no container with less"
            yield Finding(path=row.memory_path, value=row.each_bytes, rule=rule, hint="give a unit, as 512MiB")
        elif 0 < (row.each_bytes or 0) < row.promised_bytes:
            value = f"{row.who} {format_bytes(row.each_bytes or 0)}"
            rule = f"the tier's sheet promises it {format_bytes(row.promised_bytes)}"
            yield Finding(path=row.memory_path, value=value, rule=rule, hint="raise it, or lower others", level=WARNING)


def _cpus(budget: Budget) -> Iterator[Finding]:
    cpus = budget.capacity.cpus
    reserved = [row for row in budget.rows if row.group in SLICES]
    kept = sum(row.cpu_share for row in reserved)
    if kept >= cpus:
        asks = ", ".join(f"{row.who} {row.cpu_share:g}" for row in reserved)
        rule = f"must leave something of the host's {cpus:g} CPUs to the containers"
        hint = f"lower {', '.join(row.cpus_path for row in reserved)}"
        yield Finding(path="budget.cpus", value=f"{kept:g} reserved: {asks}", rule=rule, hint=hint)
    limited = [row for row in budget.rows if row.cpus]
    asked = sum((row.cpus or 0) * row.count for row in limited) + kept
    if asked > cpus and limited:
        asks = ", ".join(f"{row.who} {(row.cpus or 0) * row.count:g}" for row in limited)
        rule = f"CPU limits in sum exceed the host's {cpus:g}: under full load the containers share"
        hint = f"nothing to do unless latency under full load matters; {math.ceil(asked)} CPUs would hold them all"
        value = f"{round(asked, 2):g} with the system's {kept:g}: {asks}"
        yield Finding(path="budget.cpus", value=value, rule=rule, hint=hint, level=WARNING)


def _disk(budget: Budget) -> Iterator[Finding]:
    total = budget.capacity.disk_bytes
    if not total or budget.disk[-1].bytes >= 0:
        return
    rows = [row for row in budget.disk if row.group != "free"]
    declared = [row for row in rows if row.reason == "declared"]
    where = f" ({', '.join(row.path for row in declared)})" if declared else ""
    lacks = -budget.disk[-1].bytes
    size = math.ceil((total + lacks) / GIB)
    # What is an allowance refuses nobody: an image may well be smaller.
    level = ERROR if sum(row.bytes for row in declared) > total else WARNING
    yield Finding(
        path="budget.disk",
        value=f"{format_bytes(total + lacks)} asked for: {_asks((row.who, row.bytes) for row in rows)}",
        rule=f"all volumes, images and logs together must fit onto the disk's {format_bytes(total)}",
        hint=f"declare {format_bytes(lacks)} less in sum{where}, or take a disk of {size} GiB",
        level=level,
    )
