# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How long logs are kept: never for less than was declared."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.logs import DAY, keep_days


@pytest.mark.parametrize(
    ("declared", "days"),
    [((), 90), ((None, None), 90), ((365.0 * DAY,), 365), ((None, 7.2 * DAY), 8), ((60.0, 7.0 * DAY), 1)],
)
def test_the_first_declaration_counts_in_whole_days(declared: tuple[float | None, ...], days: int) -> None:
    assert keep_days(*declared) == days
