# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Share out what is left, by weight and between bounds: the same for bytes of RAM, bytes of disk and CPU time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Part:
    """One claimant. weight: of each of its ``count`` units; least, most: bounds of one unit."""

    name: str
    weight: int
    count: int
    least: int
    most: int


def fill(parts: Sequence[Part], left: Fraction | int, step: int) -> Mapping[str, int]:
    """Return what one unit of each part gets, by name: whole steps, within its bounds.

    Parts that hit a bound are fixed there first and the rest is shared again (water filling), so that the result does
    not depend on the order, and more to share is never less for anybody. The sum exceeds ``left`` only when the least
    sizes do.
    """
    fixed: dict[str, int] = {}
    remaining = Fraction(left)
    todo = list(parts)
    while todo:
        weights = sum(part.weight * part.count for part in todo)
        # Exact, for a rounded share may fall on the other side of a bound.
        each = remaining / weights
        ideal = {part.name: each * part.weight for part in todo}
        bound = {part.name: min(max(ideal[part.name], Fraction(part.least)), Fraction(part.most)) for part in todo}
        # What the bounds add in sum says which of them hold for good (as CSS does it, "Resolving Flexible Lengths").
        added = sum(((bound[part.name] - ideal[part.name]) * part.count for part in todo), Fraction())
        done = [part for part in todo if added == 0 or (bound[part.name] - ideal[part.name]) * added > 0]
        for part in done:
            fixed[part.name] = int(bound[part.name]) // step * step
            remaining -= bound[part.name] * part.count
        todo = [part for part in todo if part.name not in fixed]
    return fixed
