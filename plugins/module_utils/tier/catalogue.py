# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The tiers that are known by name: one row each, taken from the requirement sheet that its source names."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.holdfast.host.plugins.module_utils.tier import rows_managed, rows_skillmeat, rows_systems
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Tier

# What one host can be stands first, what it cannot be after it.
_ROWS = sorted((*rows_skillmeat.ROWS, *rows_systems.ROWS, *rows_managed.ROWS), key=lambda tier: tier.beyond is not None)

CATALOGUE: Mapping[str, Tier] = {tier.name: tier for tier in _ROWS}
