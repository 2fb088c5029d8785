# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Water filling: within bounds, never above what is left, independent of order, and more is never less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.shares import Part, fill
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

SIZES = st.integers(0, 64 * 1024).map(lambda size: size * MIB)
PARTS = st.lists(st.tuples(st.integers(1, 100), st.integers(1, 4), SIZES, SIZES), max_size=6).map(
    lambda drawn: [
        Part(name=str(number), weight=weight, count=count, least=least, most=least + more)
        for number, (weight, count, least, more) in enumerate(drawn)
    ]
)
LEFT = st.integers(-GIB, 256 * GIB)


@given(PARTS, LEFT)
def test_shares_keep_their_bounds_and_never_exceed_what_is_left(parts: list[Part], left: int) -> None:
    shared = fill(parts, left, MIB)
    assert sorted(shared) == sorted(part.name for part in parts)
    assert all(each % MIB == 0 for each in shared.values())
    assert all(part.least <= shared[part.name] <= part.most for part in parts)
    assert sum(shared[part.name] * part.count for part in parts) <= max(left, sum(p.least * p.count for p in parts))


@given(PARTS, LEFT, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(parts: list[Part], left: int, order: Any) -> None:
    mixed = list(parts)
    order.shuffle(mixed)
    assert fill(parts, left, MIB) == fill(mixed, left, MIB)


@given(PARTS, LEFT, st.integers(0, 64 * GIB))
def test_more_is_never_less_for_anyone(parts: list[Part], left: int, more: int) -> None:
    poor, rich = fill(parts, left, MIB), fill(parts, left + more, MIB)
    assert all(poor[name] <= rich[name] for name in poor)


@given(PARTS, LEFT)
def test_nothing_lies_idle_while_somebody_may_have_more(parts: list[Part], left: int) -> None:
    shared = fill(parts, left, MIB)
    if any(shared[part.name] < part.most for part in parts):
        assert left - sum(shared[part.name] * part.count for part in parts) < MIB * sum(part.count for part in parts)


def _part(name: str, weight: int, least: int, most: int) -> Part:
    return Part(name=name, weight=weight, count=1, least=least * MIB, most=most * MIB)


@pytest.mark.parametrize(
    ("parts", "left", "shares"),
    [
        ([_part("a", 3, 0, 1024), _part("b", 1, 0, 1024)], 400, [300, 100]),
        # Who is raised at first has more once another one's bound frees it.
        ([_part("a", 1, 40, 1024), _part("b", 9, 0, 10)], 100, [90, 10]),
        ([_part("a", 1, 40, 1024), _part("b", 1, 80, 1024)], 100, [40, 80]),
        ([], 100, []),
    ],
)
def test_weights_part_what_is_left(parts: list[Part], left: int, shares: list[int]) -> None:
    shared = fill(parts, left * MIB, MIB)
    assert [shared[part.name] // MIB for part in parts] == shares
