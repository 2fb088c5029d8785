# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the module tier_check is asked for, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import parse_own
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_bytes


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the options ask for: the tier raised to the need, the bytes that have yet to fit, and all tiers by name."""

    tier: tiers.Tier
    to_fit: int | None
    catalogue: Mapping[str, tiers.Tier]


def read_tier(params: dict[str, Any]) -> tuple[tiers.Tier | None, Mapping[str, tiers.Tier], list[Finding]]:
    """Return the tier that is asked for, all tiers by name, and what is wrong with the options that say it."""
    own, found = parse_own(params["tiers"], "tiers")
    catalogue, wrong = tiers.merged(own, "tiers")
    found += wrong
    name = params["tier"]
    if name in params["tiers"] and name not in own:
        return None, catalogue, found  # What is wrong with it is told already.
    value, path = (params["minimum"], "minimum") if name is None else (name, "tier")
    tier, wrong = tiers.parse_tier(value, path, catalogue)
    return tier, catalogue, found + wrong


def read_wanted(params: dict[str, Any]) -> tuple[Wanted | None, list[Finding]]:
    """Return what the options ask for, None where anything is wrong with them, and what is."""
    tier, catalogue, found = read_tier(params)
    given = {key: value for key, value in (params["need"] or {}).items() if value is not None}
    need, wrong = tiers.parse_need(given, "need")
    found = found + wrong
    to_fit = None
    try:
        to_fit = None if params["to_fit"] is None else parse_bytes(params["to_fit"])
    except ValueError as error:
        found.append(Finding(path="to_fit", value=params["to_fit"], rule=str(error), hint="for example 5GiB"))
    if tier is None or need is None or found:
        return None, found
    return Wanted(tier=tiers.raised(tier, need), to_fit=to_fit, catalogue=catalogue), []


def judge(wanted: Wanted, host: Host, params: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Return the module's result, and the findings that it holds."""
    path = params["disk_path"]
    checks = tiers.check(wanted.tier, host, disk_path=path, to_fit_bytes=wanted.to_fit)
    fits = tiers.largest(tiers.fitting(host, wanted.catalogue, disk_path=path))
    found = tiers.findings(checks, params["mode"], fits)
    smallest, larger = (choose(wanted.tier, wanted.catalogue) for choose in (tiers.smallest, tiers.next_up))
    result = {
        "verdict": tiers.verdict(checks),
        "checks": [each.as_dict() for each in checks],
        "smallest_tier": smallest.name if smallest else None,
        "next_tier": larger.name if larger else None,
        "findings": [finding.as_dict() for finding in found],
    }
    return result, found
