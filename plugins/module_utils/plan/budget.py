# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The memory budget: who gets how much of the host, so that the parts never exceed the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import tune_nginx
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, format_bytes

# A service that says nothing of its memory gets a share by weight, within these bounds: Node and Python processes
# need about 100 MiB to start at all, and one that needs more than a gibibyte should say so.
SERVICE_WEIGHT = 1
SERVICE_LEAST = 128 * MIB
SERVICE_MOST = 1 * GIB
# Docker starts no container with less.
ENGINE_LEAST = 6 * MIB
# A tenth of the RAM is not shared out: the kernel's page cache lives there, and explicit limits may still use it.
SPARE_PART = 10


@dataclass(frozen=True, kw_only=True)
class Row:
    """One claim on the host's memory.

    each_bytes: for one container; None until shared out. count: containers. weight: its part of what is left.
    memory_path, cpus_path: where the user wrote the limits, or may write them.
    """

    who: str
    group: str
    reason: str
    each_bytes: int | None = None
    count: int = 1
    weight: int = 0
    least_bytes: int = 0
    most_bytes: int = 0
    cpus: float | None = None
    memory_path: str = ""
    cpus_path: str = ""

    @property
    def bytes(self) -> int:
        """Return the memory of all its containers."""
        return (self.each_bytes or 0) * self.count

    def as_dict(self) -> dict[str, Any]:
        """Return what the plan shows: who, group, each_bytes, count, bytes, cpus, reason."""
        shown = {"who": self.who, "group": self.group, "each_bytes": self.each_bytes or 0, "count": self.count}
        return shown | {"bytes": self.bytes, "cpus": self.cpus, "reason": self.reason}


def system_reserve(memory_bytes: int) -> int:
    """Return what the system keeps: kernel, journald, SSH, dockerd, containerd, and page cache to breathe.

    384 MiB is an allowance for those daemons on a small host, the 4 % one for page tables and caches, which grow with
    the RAM. Both are estimates on the safe side, not measurements.
    """
    return int(384 * MIB + 0.04 * memory_bytes) // MIB * MIB


def _paths(own: str, service: Service, *, memory: int | None, cpus: float | None) -> dict[str, str]:
    compose = f"compose.services.{service.name}.deploy.resources.limits"
    in_compose = {"memory": not memory and service.limits.memory_bytes, "cpus": not cpus and service.limits.cpus}
    return {name: f"{compose if there else own}.{name}" for name, there in in_compose.items()}


def _store_rows(wish: Wish) -> list[Row]:
    rows = []
    for kind, store in wish.stores().items():
        service = wish.project.services[store.service]
        row = STORES[kind]
        paths = _paths(f"{ROOT}.stores.{kind}", service, memory=store.memory, cpus=store.cpus)
        explicit = store.memory or service.limits.memory_bytes
        reason = "declared" if store.memory else "the Compose file's limit" if explicit else f"by weight {store.weight}"
        rows.append(
            Row(
                who=store.service,
                group="store",
                each_bytes=explicit,
                reason=reason,
                weight=store.weight,
                least_bytes=row.least_bytes,
                most_bytes=row.most_bytes,
                cpus=store.cpus or service.limits.cpus,
                memory_path=paths["memory"],
                cpus_path=paths["cpus"],
            )
        )
    return rows


def _service_rows(wish: Wish) -> list[Row]:
    rows = []
    for name, service in wish.apps().items():
        declared = wish.stack.services.get(name)
        memory, cpus = (declared.memory, declared.cpus) if declared else (None, None)
        explicit = memory or service.limits.memory_bytes
        paths = _paths(f"{ROOT}.services.{name}", service, memory=memory, cpus=cpus)
        source = "declared" if memory else "the Compose file's limit"
        rows.append(
            Row(
                who=name,
                group="service",
                each_bytes=explicit,
                count=(declared.replicas if declared else None) or service.replicas,
                reason=source if explicit else f"no limit given: by weight {SERVICE_WEIGHT}",
                weight=SERVICE_WEIGHT,
                least_bytes=SERVICE_LEAST,
                most_bytes=SERVICE_MOST,
                cpus=cpus or service.limits.cpus,
                memory_path=paths["memory"],
                cpus_path=paths["cpus"],
            )
        )
    return rows


def share(rows: Sequence[Row], left_bytes: int) -> list[Row]:
    """Share what is left among the rows without a size, by weight, between each row's least and most.

    Rows that hit a bound are fixed there first and the rest is shared again (water filling), so that the result does
    not depend on the order. Every share is whole MiB. The sum exceeds left_bytes only when the least sizes do.
    """
    fixed: dict[str, int] = {}
    open_rows = [row for row in rows if row.each_bytes is None]
    while open_rows:
        left = left_bytes - sum(fixed[row.who] * row.count for row in rows if row.who in fixed)
        weights = sum(row.weight * row.count for row in open_rows)
        # Exact, for a rounded share may fall on the other side of a bound.
        ideal = {row.who: Fraction(left * row.weight, weights) for row in open_rows}
        bound = {
            row.who: min(max(ideal[row.who], Fraction(row.least_bytes)), Fraction(row.most_bytes)) for row in open_rows
        }
        # What the bounds add in sum says which of them hold for good (as CSS does it, "Resolving Flexible Lengths").
        added = sum(((bound[row.who] - ideal[row.who]) * row.count for row in open_rows), Fraction())
        for row in open_rows:
            if added == 0 or (bound[row.who] - ideal[row.who]) * added > 0:
                fixed[row.who] = int(bound[row.who]) // MIB * MIB
        open_rows = [row for row in open_rows if row.who not in fixed]
    return [replace(row, each_bytes=fixed[row.who]) if row.who in fixed else row for row in rows]


def budget(wish: Wish, memory_bytes: int, cpus: float) -> list[Row]:
    """Return every claim on the host's memory; the last row is what stays free, so that the rows add up to it.

    The free row is negative when the claims exceed the host.
    """
    reserve = Row(
        who="system",
        group="system",
        each_bytes=system_reserve(memory_bytes),
        reason="kernel, Docker, SSH, journal: 384 MiB and 4 % of the RAM",
    )
    edge_bytes, why = tune_nginx.memory(cpus)
    edge = Row(who="edge", group="edge", each_bytes=edge_bytes, reason=why)
    claims = _store_rows(wish) + _service_rows(wish)
    left = memory_bytes - reserve.bytes - edge.bytes - sum(row.bytes for row in claims) - memory_bytes // SPARE_PART
    rows = [reserve, edge, *share(claims, left)]
    spare = memory_bytes - sum(row.bytes for row in rows)
    return [*rows, Row(who="free", group="free", each_bytes=spare, reason="page cache and surprises")]


def findings(rows: Sequence[Row], memory_bytes: int, cpus: float) -> list[Finding]:
    """Return over-commitment: memory never, a container above the host's CPUs never, CPU limits in sum as a warning."""
    found = []
    spare = next(row for row in rows if row.group == "free").bytes
    if spare < 0:
        asks = ", ".join(f"{row.who} {format_bytes(row.bytes)}" for row in rows if row.group != "free")
        found.append(
            Finding(
                path="budget.memory",
                value=f"{format_bytes(memory_bytes - spare)} asked for: {asks}",
                rule=f"all parts together must fit into the host's {format_bytes(memory_bytes)}",
                hint=f"lower limits by {format_bytes(-spare)} in sum, or take a larger host",
            )
        )
    for row in rows:
        if row.cpus is not None and row.cpus > cpus:
            rule = f"a container cannot have more CPUs than the host's {cpus:g}"
            hint = f"lower it; {ROOT} can give another limit than the Compose file"
            found.append(Finding(path=row.cpus_path, value=row.cpus, rule=rule, hint=hint))
        if row.memory_path and (row.each_bytes or 0) < ENGINE_LEAST:
            rule = f"must be {format_bytes(ENGINE_LEAST)} or more: the engine starts no container with less"
            found.append(Finding(path=row.memory_path, value=row.each_bytes, rule=rule, hint="give a unit, as 512MiB"))
    asked = sum((row.cpus or 0) * row.count for row in rows)
    if asked > cpus:
        rule = f"CPU limits in sum exceed the host's {cpus:g}: under full load the containers share"
        hint = "nothing to do unless latency under full load matters"
        found.append(Finding(path="budget.cpus", value=round(asked, 2), rule=rule, hint=hint, level=WARNING))
    return found
