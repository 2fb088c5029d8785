# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What several rows ask for."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.tier import asks
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Ask


def test_each_program_is_asked_for_and_none_refuses() -> None:
    assert asks.software("Node.js 20", "pnpm") == (
        Ask(kind="software", what="Node.js 20", level="warning"),
        Ask(kind="software", what="pnpm", level="warning"),
    )
