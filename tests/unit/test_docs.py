# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Pages that repeat what the code decides say the same as the code."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import parse_own
from ansible_collections.holdfast.host.plugins.module_utils.tiers import (
    CATALOGUE,
    DISK_TOLERANCE,
    MEMORY_TOLERANCE,
    Tier,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

TIERS = (Path(__file__).parents[2] / "docs" / "tiers.md").read_text(encoding="utf-8")
PROGRAMS = {"docker": "Docker", "compose": "Compose"}


def size(number: int) -> str:
    """Return a size for a cell; a dash where nothing is stated."""
    return format_bytes(number) if number else "-"


def rows_of(tier: Tier) -> list[str]:
    """Return the cells of a tier of one host."""
    measured = [f"{tier.clock_mhz} MHz"] if tier.clock_mhz else []
    measured += ["SSD"] if tier.ssd else []
    measured += [tier.raid_level.replace("raid", "RAID ")] if tier.raid_level else []
    measured += [f"{tier.network_mbps} Mbit/s"] if tier.network_mbps else []
    measured += [f"{PROGRAMS[name]} {rule.removeprefix('>=')}" for name, rule in tier.software.items()]
    asked = [f"{ask.what} (if `{'='.join(ask.when)}`)" if ask.when else ask.what for ask in tier.needs]
    sizes = [f"{tier.cpus:g}", format_bytes(tier.memory_bytes), format_bytes(tier.disk_bytes)]
    return [f"`{tier.name}`", tier.title, *sizes, ", ".join(measured) or "-", "; ".join(asked) or "-"]


def beyond_of(tier: Tier) -> list[str]:
    """Return the cells of a row beyond one host."""
    assert tier.beyond is not None
    return [f"`{tier.name}`", tier.title, tier.beyond.reason, f"`{tier.beyond.nearest}`"]


def parts_of(tier: Tier) -> list[list[str]]:
    """Return the cells of a tier's parts, a list for each."""
    return [
        [
            f"`{tier.name}`",
            f"`{name}`",
            str(part.count),
            size(part.memory_bytes),
            "-" if part.cpus is None else f"{part.cpus:g}",
            size(part.request_bytes),
            f"{part.request_cpus:g}" if part.request_cpus else "-",
            size(part.disk_bytes),
        ]
        for name, part in tier.components.items()
    ]


def shown(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading of the page."""
    section = TIERS.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("The catalogue", [rows_of(tier) for tier in CATALOGUE.values() if not tier.beyond]),
        ("Beyond one host", [beyond_of(tier) for tier in CATALOGUE.values() if tier.beyond]),
        ("Parts", [row for tier in CATALOGUE.values() for row in parts_of(tier)]),
    ],
)
def test_the_page_of_tiers_shows_every_row(heading: str, rows: list[list[str]]) -> None:
    assert shown(heading) == rows


def test_the_pages_own_tier_can_be_read() -> None:
    example = TIERS.partition("\n## Tiers of your own\n")[2].partition("    tiers:\n")[2].partition("\n\n")[0]
    raw = yaml.safe_load(f"    tiers:\n{example}")["tiers"]
    own, found = parse_own(raw, "holdfast_stack.tiers")
    catalogue, wrong = tiers.merged(own, "holdfast_stack.tiers")
    assert [*found, *wrong] == []
    assert set(catalogue) - set(CATALOGUE) == set(raw)


def test_the_page_of_tiers_shows_the_tolerances() -> None:
    assert f"| memory | {MEMORY_TOLERANCE * 100:.0f} % |" in TIERS
    assert f"| disk | {DISK_TOLERANCE * 100:.0f} % |" in TIERS
