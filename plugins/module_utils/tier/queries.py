# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Choosing among tiers: the smallest that holds, the next one up and what it buys, and where one host ends.

Sheets are compared with sheets here, so no tolerance applies. Rows beyond one host are never chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.tier.catalogue import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.tier.checks import SHORT, check, verdict
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Beyond, Need, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB


def one_host(catalogue: Mapping[str, Tier] = CATALOGUE) -> list[Tier]:
    """Return the tiers that one host can be, smallest first: by memory, CPUs, disk, name."""
    return sorted((tier for tier in catalogue.values() if tier.beyond is None), key=_size)


def beyond(tier: Tier) -> Beyond | None:
    """Return why no single host can be this tier and which row comes nearest, None where one can."""
    return tier.beyond


def smallest(need: Need | Tier, catalogue: Mapping[str, Tier] = CATALOGUE) -> Tier | None:
    """Return the smallest tier of one host that holds ``need``, None where none does."""
    return next((tier for tier in one_host(catalogue) if _holds(tier, need)), None)


def smallest_size(need: Need) -> Need:
    """Return the least machine for ``need`` in the units that machines are sold in: whole CPUs, whole GiB.

    Each is at least one of its unit, for there is no machine without.
    """
    return Need(
        cpus=float(max(1, math.ceil(need.cpus))),
        memory_bytes=max(1, math.ceil(need.memory_bytes / GIB)) * GIB,
        disk_bytes=max(1, math.ceil(need.disk_bytes / GIB)) * GIB,
    )


def next_up(tier: Tier, catalogue: Mapping[str, Tier] = CATALOGUE) -> Tier | None:
    """Return the smallest tier of one host that holds ``tier`` and has more of something, None where there is none.

    One of the same sheets, or of the user's own, comes before another system's: those are steps of one growth.
    """
    larger = [other for other in one_host(catalogue) if _holds(other, tier) and not _holds(tier, other)]
    kin = (other for other in larger if other.name not in CATALOGUE or other.system == tier.system)
    return next(kin, larger[0] if larger else None)


def gain(smaller: Tier | Need, larger: Tier | Need) -> Need:
    """Return what ``larger`` has more: CPUs and bytes. Zero where it has no more; it never has less to show."""
    return Need(
        cpus=max(0, larger.cpus - smaller.cpus),
        memory_bytes=max(0, larger.memory_bytes - smaller.memory_bytes),
        disk_bytes=max(0, larger.disk_bytes - smaller.disk_bytes),
    )


def fitting(host: Host, catalogue: Mapping[str, Tier] = CATALOGUE, *, disk_path: str = "/var/lib") -> list[Tier]:
    """Return the tiers whose machine ``host`` is, smallest first.

    What is unknown excludes no tier, and neither does software: it can be installed.
    """
    return [
        tier
        for tier in one_host(catalogue)
        if verdict(check(replace(tier, software={}), host, disk_path=disk_path)) != SHORT
    ]


def largest(tiers: Sequence[Tier]) -> Tier | None:
    """Return the largest of ``tiers`` by memory, CPUs, disk and name, None where there are none."""
    return max(tiers, key=_size, default=None)


def raised(tier: Tier, need: Need) -> Tier:
    """Return ``tier`` with each size raised to what ``need`` asks for where that is more."""
    return replace(
        tier,
        cpus=max(tier.cpus, need.cpus),
        memory_bytes=max(tier.memory_bytes, need.memory_bytes),
        disk_bytes=max(tier.disk_bytes, need.disk_bytes),
    )


def _holds(tier: Tier, need: Need | Tier) -> bool:
    enough = (tier.cpus >= need.cpus, tier.memory_bytes >= need.memory_bytes, tier.disk_bytes >= need.disk_bytes)
    return all(enough)


def _size(tier: Tier) -> tuple[int, float, int, str]:
    return tier.memory_bytes, tier.cpus, tier.disk_bytes, tier.name
