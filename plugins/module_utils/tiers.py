# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tiers: what a machine must have for a way of running a system, and what a host lacks of it.

The parts lie in the package ``tier``; this is the one door to them. ``tier.needs`` alone stands apart: it reads the
declaration, which a module on the host has not.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.tier.catalogue import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.tier.checks import (
    DISK_TOLERANCE,
    MEMORY_TOLERANCE,
    Check,
    check,
    findings,
    satisfies,
    show,
    sizes,
    verdict,
)
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import (
    Ask,
    Beyond,
    Component,
    Need,
    Tier,
    component_of,
    machine,
    total,
)
from ansible_collections.holdfast.host.plugins.module_utils.tier.own import merged
from ansible_collections.holdfast.host.plugins.module_utils.tier.parse import parse_need, parse_tier
from ansible_collections.holdfast.host.plugins.module_utils.tier.queries import (
    beyond,
    fitting,
    gain,
    largest,
    next_up,
    one_host,
    raised,
    smallest,
    smallest_size,
)

__all__ = [
    "CATALOGUE",
    "DISK_TOLERANCE",
    "MEMORY_TOLERANCE",
    "Ask",
    "Beyond",
    "Check",
    "Component",
    "Need",
    "Tier",
    "beyond",
    "check",
    "component_of",
    "findings",
    "fitting",
    "gain",
    "largest",
    "machine",
    "merged",
    "next_up",
    "one_host",
    "parse_need",
    "parse_tier",
    "raised",
    "satisfies",
    "show",
    "sizes",
    "smallest",
    "smallest_size",
    "total",
    "verdict",
]
