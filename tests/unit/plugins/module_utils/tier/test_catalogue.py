# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""All rows together."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.tier import rows_managed, rows_skillmeat, rows_systems
from ansible_collections.holdfast.host.plugins.module_utils.tier.catalogue import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.tier.checks import satisfies
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Tier
from ansible_collections.holdfast.host.plugins.module_utils.tier.needs import JUDGES

each_tier = pytest.mark.parametrize("tier", CATALOGUE.values(), ids=lambda tier: tier.name)


def test_no_row_is_lost_to_another_of_its_name() -> None:
    assert len(CATALOGUE) == len(rows_managed.ROWS) + len(rows_skillmeat.ROWS) + len(rows_systems.ROWS) == 23


@each_tier
def test_a_row_is_under_its_name_with_rules_that_read(tier: Tier) -> None:
    assert CATALOGUE[tier.name] is tier
    assert tier.title
    assert tier.source
    assert all(satisfies("99.0", rule) for rule in tier.software.values())
    assert all(ask.kind in JUDGES and ask.what for ask in tier.needs)


@each_tier
def test_a_row_beyond_one_host_leads_to_one_that_is_not(tier: Tier) -> None:
    if tier.beyond:
        assert CATALOGUE[tier.beyond.nearest].beyond is None
    else:
        assert min(tier.cpus, tier.memory_bytes, tier.disk_bytes) > 0


def test_what_one_host_can_be_stands_first() -> None:
    marks = [tier.beyond is not None for tier in CATALOGUE.values()]
    assert marks == sorted(marks)
    assert sum(marks) == 7
