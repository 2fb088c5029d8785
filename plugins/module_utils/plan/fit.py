# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host and the declaration against the declared tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.tier import needs

# Where the engine keeps what containers write.
DATA_PATH = "/var/lib/docker"


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A host against the declared tier: the plan's part of it, what is wrong, and the tier; None: there is none."""

    shown: dict[str, Any]
    findings: list[Finding]
    tier: tiers.Tier | None = None


def fit(raw_tier: Any, host: Host, mode: str, said: needs.Said | None = None) -> Fit:
    """Return how a host and what is declared compare with the declared tier.

    raw_tier: a name or sizes; None where another finding tells of it already. mode: enforce or warn. said: the
    declaration with its own tiers, and what is judged besides size; without it only sizes are.
    """
    catalogue, found = tiers.merged(said.stack.tiers if said else {}, f"{ROOT}.tiers")
    if raw_tier is None:
        return Fit(shown={}, findings=found)
    tier, wrong = tiers.parse_tier(raw_tier, f"{ROOT}.tier", catalogue)
    if tier is None:
        return Fit(shown={}, findings=[*found, *wrong])
    checks = tiers.check(tier, host, disk_path=DATA_PATH)
    judged = needs.judge(tier, said, mode) if said else []
    satisfied = tiers.largest(tiers.fitting(host, catalogue, disk_path=DATA_PATH))
    smallest, following = tiers.smallest(tier, catalogue), tiers.next_up(satisfied or tier, catalogue)
    shown = {
        "name": tier.name,
        "title": tier.title,
        "verdict": tiers.verdict(checks),
        "checks": [each.as_dict() for each in checks],
        "needs": [each.as_dict() for each in judged],
        "satisfied": satisfied.name if satisfied else None,
        "smallest": smallest.name if smallest else None,
        "next": following.name if following else None,
    }
    found += tiers.findings(checks, mode, satisfied)
    return Fit(shown=shown, findings=[*found, *(finding for each in judged for finding in each.findings)], tier=tier)
