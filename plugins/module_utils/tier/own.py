# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tiers of the user's own, laid beside the catalogue: they take the place of none of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import OwnTier
from ansible_collections.holdfast.host.plugins.module_utils.tier.catalogue import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Component, Tier, total
from ansible_collections.holdfast.host.plugins.module_utils.tier.parse import CUSTOM
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes


def merged(
    own: Mapping[str, OwnTier], path: str, catalogue: Mapping[str, Tier] = CATALOGUE
) -> tuple[Mapping[str, Tier], list[Finding]]:
    """Return the catalogue with own tiers added, and what is wrong with them. path: where they stand.

    A name that is taken already is a finding and keeps its meaning; parts that add up to more than their own tier has
    are a finding with both numbers.
    """
    rows = {name: _row(name, given, f"{path}.{name}") for name, given in own.items()}
    found = [finding for name, row in rows.items() for finding in _wrong(row, f"{path}.{name}", catalogue)]
    free = {name: row for name, row in rows.items() if not _taken(name, catalogue)}
    return {**catalogue, **free}, found


def _row(name: str, given: OwnTier, path: str) -> Tier:
    parts = {
        part: Component(memory_bytes=each.memory or 0, cpus=each.cpus, count=each.count, disk_bytes=each.disk or 0)
        for part, each in given.components.items()
    }
    return Tier(
        name=name,
        title=given.title or name,
        source=path,
        cpus=given.cpus,
        memory_bytes=given.memory,
        disk_bytes=given.disk,
        clock_mhz=given.clock,
        ssd=given.ssd,
        raid_level=given.raid,
        network_mbps=given.network,
        software=given.software,
        components=parts,
    )


def _taken(name: str, catalogue: Mapping[str, Tier]) -> bool:
    return name in catalogue or name == CUSTOM


def _wrong(row: Tier, path: str, catalogue: Mapping[str, Tier]) -> Iterator[Finding]:
    if _taken(row.name, catalogue):
        rule = "must be a name of your own: the catalogue has a tier of this name"
        if row.name == CUSTOM:
            rule = f"must be another name: {CUSTOM} is what a tier is called whose sizes stand in its place"
        yield Finding(path=path, value=row.name, rule=rule, hint=f"for example my-{row.name}")
    parts = total(row.components)
    for size, asked, has in (
        ("memory", parts.memory_bytes, row.memory_bytes),
        ("disk", parts.disk_bytes, row.disk_bytes),
    ):
        if asked > has:
            rule = f"must fit into the tier's {size}: all parts ask for {format_bytes(asked)} of {format_bytes(has)}"
            hint = f"make {path}.{size} larger, or the parts smaller by {format_bytes(asked - has)}"
            yield Finding(path=f"{path}.components", value=format_bytes(asked), rule=rule, hint=hint)
