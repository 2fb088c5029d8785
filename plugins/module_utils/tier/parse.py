# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Reading a tier, or a need, from a declaration or a module's options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.tier.catalogue import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.tier.checks import sizes
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Beyond, Need, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_bytes, parse_cpus

# The name of a tier whose sizes are given in its place.
CUSTOM = "custom"
INLINE: Mapping[str, Callable[[object], float]] = {"cpus": parse_cpus, "memory": parse_bytes, "disk": parse_bytes}
_EXAMPLE = "{cpus: 4, memory: 8GiB, disk: 20GiB}"


def parse_tier(
    value: object, path: str, catalogue: Mapping[str, Tier] = CATALOGUE
) -> tuple[Tier | None, list[Finding]]:
    """Return the tier that ``value`` names or describes, and what is wrong with it; None where anything is.

    value: a name of ``catalogue`` that one host can be, or {cpus, memory, disk} with sizes as parse_bytes and
    parse_cpus read them. path: where the value stands, for the findings. catalogue: tiers by name; own.merged adds to
    CATALOGUE.
    """
    if isinstance(value, Mapping):
        return _parse_inline(value, path)
    if isinstance(value, str):
        tier = catalogue.get(value)
        if tier is not None:
            return (tier, []) if tier.beyond is None else (None, [_too_large(tier, tier.beyond, path, catalogue)])
        hint = nearest(value, [each.name for each in catalogue.values() if each.beyond is None])
        return None, [Finding(path=path, value=value, rule="must be a tier of the catalogue", hint=hint)]
    rule = f"must be a tier's name, or minimum sizes such as {_EXAMPLE}"
    return None, [Finding(path=path, value=value, rule=rule, hint=nearest("", catalogue))]


def _too_large(tier: Tier, why: Beyond, path: str, catalogue: Mapping[str, Tier]) -> Finding:
    close = catalogue[why.nearest]
    return Finding(
        path=path,
        value=tier.name,
        rule=f"must be a tier that one host can be; {tier.name} is beyond one host: {why.reason}",
        hint=f"the nearest that one host can be is {close.name} ({sizes(close)})",
    )


def parse_need(value: Mapping[str, Any], path: str) -> tuple[Need | None, list[Finding]]:
    """Return the need that {cpus, memory, disk} states, each of them optional, and what is wrong with it."""
    read, found = _parse_sizes(value, path)
    if found:
        return None, found
    return Need(cpus=read.get("cpus", 0), memory_bytes=read.get("memory", 0), disk_bytes=read.get("disk", 0)), []


def _parse_inline(value: Mapping[str, Any], path: str) -> tuple[Tier | None, list[Finding]]:
    read, found = _parse_sizes(value, path)
    found += [
        Finding(path=f"{path}.{key}", rule="must be given", hint=f"for example {_EXAMPLE}")
        for key in INLINE
        if key not in value
    ]
    if found:
        return None, found
    tier = Tier(
        name=CUSTOM,
        title="Sizes given in the declaration",
        source=path,
        cpus=read["cpus"],
        memory_bytes=read["memory"],
        disk_bytes=read["disk"],
    )
    return tier, []


def _parse_sizes(value: Mapping[str, Any], path: str) -> tuple[dict[str, Any], list[Finding]]:
    read: dict[str, Any] = {}
    found = []
    for key, text in value.items():
        if key not in INLINE:
            hint = nearest(str(key), INLINE)
            found.append(Finding(path=f"{path}.{key}", value=text, rule="must be a known key", hint=hint))
            continue
        try:
            read[key] = INLINE[key](text)
        except ValueError as error:
            found.append(Finding(path=f"{path}.{key}", value=text, rule=str(error), hint=f"for example {_EXAMPLE}"))
    return read, found
