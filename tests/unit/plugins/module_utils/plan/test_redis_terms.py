# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The sum of a Redis container."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.redis_terms import Terms, dataset
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


def _terms(limit: int, persist: bool, size: int = 0) -> Terms:
    return Terms(limit=limit, persist=persist, dataset=size, clients=4 * MIB, replicas=MIB, backlog=MIB)


@given(st.integers(64 * MIB, 64 * GIB), st.booleans())
def test_the_dataset_is_the_largest_that_fits(limit: int, persist: bool) -> None:
    most = dataset(_terms(limit, persist))
    assert _terms(limit, persist, most).total() <= limit
    # Rounding of the parts is less than a MiB.
    assert _terms(limit, persist, most + 2 * MIB).total() > limit


def test_a_fork_counts_the_resident_data_twice() -> None:
    rows = _terms(GIB, True, 100 * MIB).rows()
    assert rows["copy while a fork runs"] == rows["dataset"] + rows["fragmentation"] == 115 * MIB
    assert "copy while a fork runs" not in _terms(GIB, False, 100 * MIB).rows()


def test_there_is_always_a_bound() -> None:
    assert dataset(_terms(MIB, True)) == MIB
