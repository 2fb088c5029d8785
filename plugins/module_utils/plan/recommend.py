# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What machine to take: the smallest size and tier for a stack, what is tight, what more buys, where one host ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import sizes, sold, step_up
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, sheet_of
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import DATA_PATH, Fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.tight import tight
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

SHORT, TIGHT, GOOD = "short", "tight", "good"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """For what host is recommended.

    host: measured or typed in. plan: the stack's plan for it, complete although it may be refused. assumed: what was
    not measured, in words. tier: the declared one, None where no host can be it.
    """

    host: Host
    plan: Mapping[str, Any]
    assumed: Sequence[str] = ()
    tier: tiers.Tier | None = None


def _capacity(host: Host) -> Capacity:
    mount = host.mount_of(DATA_PATH)
    return Capacity(
        memory_bytes=host.memory_bytes, cpus=host.cpus, disk_bytes=mount.total_bytes if mount else None
    )  # fmt: skip


def _machine(need: tiers.Need | None) -> dict[str, Any] | None:
    return dict(vars(need)) if need else None


def _size(size: sizes.Size, catalogue: Mapping[str, tiers.Tier]) -> dict[str, Any]:
    """Return a size with the smallest tier and the smallest sold machine that cover it, None where none does."""
    need = size.as_sold()
    tier = tiers.smallest(need, catalogue)
    return size.as_dict() | {
        "as_sold": _machine(need),
        "machine": _machine(sold.smallest_sold(need)),
        "tier": tier.name if tier else None,
    }


def _lacks(capacity: Capacity, size: sizes.Size) -> list[str]:
    """Return what a host has less than a size, in words."""
    found = []
    if capacity.cpus < size.cpus:
        found.append(f"{capacity.cpus:g} of {size.cpus:g} CPUs")
    if capacity.memory_bytes < size.memory_bytes:
        found.append(f"{format_bytes(capacity.memory_bytes)} of {format_bytes(size.memory_bytes)} memory")
    if capacity.disk_bytes is not None and capacity.disk_bytes < size.disk_bytes:
        found.append(f"{format_bytes(capacity.disk_bytes)} of {format_bytes(size.disk_bytes)} disk")
    return found


def _beyond(
    question: sizes.Question, least: sizes.Size, catalogue: Mapping[str, tiers.Tier], tier: tiers.Tier | None
) -> dict[str, Any]:
    """Return whether one host is no longer enough, why, and how many replicas the largest one holds."""
    reasons, notes = [], []
    if tier is not None and tier.beyond is not None:
        nearest = f"; the nearest tier of one host is {tier.beyond.nearest}"
        reasons.append(f"tier {tier.name}: {tier.beyond.reason}{nearest}")
    need, most = least.as_sold(), sold.LARGEST
    asked = f"{need.cpus:g} CPUs and {format_bytes(need.memory_bytes)}"
    replicas = sizes.most_replicas(question)
    if sizes.beyond_sold(least):
        largest = f"{most.cpus:g} CPUs and {format_bytes(most.memory_bytes)}"
        reasons.append(f"the stack needs {asked} at least, the largest machine has {largest}")
        reasons += [
            f"{who}: {count} replicas are the most that fit" if count > 0 else f"{who}: not one replica fits"
            for who, count in replicas.items()
        ]
    elif not any(sold.holds(each, need) for each in tiers.one_host(catalogue)):
        notes.append(f"the stack needs {asked} at least, more than any tier of one host has")
    return {
        "needed": bool(reasons),
        "reasons": reasons,
        "notes": notes,
        "largest": _machine(most),
        "replicas": replicas,
    }


def _next(
    wish: Wish, asked: Asked, least: sizes.Size, catalogue: Mapping[str, tiers.Tier]
) -> dict[str, Any] | None:  # fmt: skip
    """Return the next size up that the stack fits, the largest tier that it satisfies, and what the stack gets there.

    None: the host is the largest already, or no larger one would do.
    """
    machine = sold.next_sold(_capacity(asked.host), least.as_sold())
    if machine is None:
        return None
    host = step_up.grown(asked.host, machine)
    larger, _ = build(wish, host, Fit(shown={}, findings=[], tier=asked.tier))
    tier = tiers.largest(tiers.fitting(host, catalogue, disk_path=DATA_PATH))
    return {
        "machine": _machine(machine),
        "tier": tier.name if tier else None,
        "buys": step_up.buys(asked.plan, larger),
    }


def recommend(
    wish: Wish,
    asked: Asked | None = None,
    catalogue: Mapping[str, tiers.Tier] = tiers.CATALOGUE,
) -> dict[str, Any]:
    """Return the recommendation, JSON-able and the same for the same input.

    sizes: least and good, each with cpus, memory_bytes and disk_bytes as a host measures them, as_sold, machine and
    tier (None where none is large enough). beyond: where one host ends. With a host also verdict (short, tight or
    good), lacks, tight, next (None: there is no larger one), assumed.
    """
    sheet = sheet_of(asked.tier if asked else None)
    raw = wish.stack.tier
    # A tier beyond one host fits none, so asked has none.
    declared = catalogue.get(raw) if isinstance(raw, str) else None
    question = sizes.question(wish, sheet)
    least, good = sizes.least(question), sizes.good(question)
    found: dict[str, Any] = {
        "sizes": [_size(size, catalogue) for size in (least, good)],
        "beyond": _beyond(question, least, catalogue, declared),
    }
    if asked is None:
        return found
    capacity = _capacity(asked.host)
    here = budget(wish, capacity, sheet)
    close = tight(here, asked.plan["tier"].get("checks", ()) if asked.plan["tier"] else ())
    lacks = _lacks(capacity, least)
    return found | {
        "host": dict(vars(capacity)),
        "assumed": list(asked.assumed),
        "verdict": SHORT if lacks or here.free_bytes < 0 else TIGHT if close else GOOD,
        "lacks": lacks,
        "tight": close,
        "next": _next(wish, asked, least, catalogue),
    }
