# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Pages that repeat what the code decides say the same as the code."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.tier_checks import DISK_TOLERANCE, MEMORY_TOLERANCE
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

TIERS = (Path(__file__).parents[2] / "docs" / "tiers.md").read_text(encoding="utf-8")


def test_the_page_of_tiers_shows_every_tier_with_its_sizes() -> None:
    shown = [
        [cell.strip() for cell in line.split("|")[1:6]]
        for line in TIERS.splitlines()
        if line.startswith("| `") and "GiB" in line
    ]
    assert shown == [
        [f"`{tier.name}`", tier.title, f"{tier.cpus:g}", format_bytes(tier.memory_bytes), format_bytes(tier.disk_bytes)]
        for tier in CATALOGUE.values()
    ]


def test_the_page_of_tiers_shows_the_tolerances() -> None:
    assert f"| memory | {MEMORY_TOLERANCE * 100:.0f} % |" in TIERS
    assert f"| disk | {DISK_TOLERANCE * 100:.0f} % |" in TIERS
