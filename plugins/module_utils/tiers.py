# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tiers: what a machine must have for a way of running a system, and what a host lacks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.tier_checks import (
    SHORT,
    Check,
    check,
    findings,
    satisfies,
    verdict,
)
from ansible_collections.holdfast.host.plugins.module_utils.tier_data import CATALOGUE, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_bytes, parse_cpus

__all__ = [
    "CATALOGUE",
    "Check",
    "Need",
    "Tier",
    "check",
    "findings",
    "fitting",
    "largest",
    "next_up",
    "parse_need",
    "parse_tier",
    "raised",
    "satisfies",
    "smallest",
    "verdict",
]

INLINE: Mapping[str, Callable[[object], float]] = {"cpus": parse_cpus, "memory": parse_bytes, "disk": parse_bytes}
_EXAMPLE = "{cpus: 4, memory: 8GiB, disk: 20GiB}"


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a stack adds up to: cpus in CPUs, memory_bytes and disk_bytes in bytes. Zero asks for nothing."""

    cpus: float = 0
    memory_bytes: int = 0
    disk_bytes: int = 0


def smallest(need: Need | Tier, catalogue: Mapping[str, Tier] = CATALOGUE) -> Tier | None:
    """Return the smallest tier that holds ``need``, None where none does. Smallest: by memory, CPUs, disk, name.

    Sheets are compared with sheets here, so no tolerance applies.
    """
    return min((tier for tier in catalogue.values() if _holds(tier, need)), key=_size, default=None)


def next_up(tier: Tier, catalogue: Mapping[str, Tier] = CATALOGUE) -> Tier | None:
    """Return the smallest tier that holds ``tier`` and has more of something, None where there is none."""
    larger = [other for other in catalogue.values() if _holds(other, tier) and not _holds(tier, other)]
    return min(larger, key=_size, default=None)


def fitting(host: Host, catalogue: Mapping[str, Tier] = CATALOGUE, *, disk_path: str = "/var/lib") -> list[Tier]:
    """Return the tiers whose machine ``host`` is, smallest first.

    What is unknown excludes no tier, and neither does software: it can be installed.
    """
    bare = (replace(tier, software={}) for tier in catalogue.values())
    names = {tier.name for tier in bare if verdict(check(tier, host, disk_path=disk_path)) != SHORT}
    return sorted((tier for tier in catalogue.values() if tier.name in names), key=_size)


def largest(tiers: list[Tier]) -> Tier | None:
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


def parse_tier(
    value: object, path: str, catalogue: Mapping[str, Tier] = CATALOGUE
) -> tuple[Tier | None, list[Finding]]:
    """Return the tier that ``value`` names or describes, and what is wrong with it; None where anything is.

    value: a name of ``catalogue``, or {cpus, memory, disk} with sizes as parse_bytes and parse_cpus read them.
    path: where the value stands, for the findings. catalogue: tiers by name; merge own rows into CATALOGUE.
    """
    if isinstance(value, Mapping):
        return _parse_inline(value, path)
    if isinstance(value, str):
        if value in catalogue:
            return catalogue[value], []
        return None, [
            Finding(path=path, value=value, rule="must be a tier of the catalogue", hint=nearest(value, catalogue))
        ]
    rule = f"must be a tier's name, or minimum sizes such as {_EXAMPLE}"
    return None, [Finding(path=path, value=value, rule=rule, hint=nearest("", catalogue))]


def parse_need(value: Mapping[str, Any], path: str) -> tuple[Need | None, list[Finding]]:
    """Return the need that {cpus, memory, disk} states, each of them optional, and what is wrong with it."""
    sizes, found = _parse_sizes(value, path)
    if found:
        return None, found
    return Need(cpus=sizes.get("cpus", 0), memory_bytes=sizes.get("memory", 0), disk_bytes=sizes.get("disk", 0)), []


def _parse_inline(value: Mapping[str, Any], path: str) -> tuple[Tier | None, list[Finding]]:
    sizes, found = _parse_sizes(value, path)
    found += [
        Finding(path=f"{path}.{key}", rule="must be given", hint=f"for example {_EXAMPLE}")
        for key in INLINE
        if key not in value
    ]
    if found:
        return None, found
    tier = Tier(
        name="custom",
        title="Sizes given in the declaration",
        source=path,
        cpus=sizes["cpus"],
        memory_bytes=sizes["memory"],
        disk_bytes=sizes["disk"],
    )
    return tier, []


def _parse_sizes(value: Mapping[str, Any], path: str) -> tuple[dict[str, Any], list[Finding]]:
    sizes: dict[str, Any] = {}
    found = []
    for key, text in value.items():
        if key not in INLINE:
            hint = nearest(str(key), INLINE)
            found.append(Finding(path=f"{path}.{key}", value=text, rule="must be a known key", hint=hint))
            continue
        try:
            sizes[key] = INLINE[key](text)
        except ValueError as error:
            found.append(Finding(path=f"{path}.{key}", value=text, rule=str(error), hint=f"for example {_EXAMPLE}"))
    return sizes, found
