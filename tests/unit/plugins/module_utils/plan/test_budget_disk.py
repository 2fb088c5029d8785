# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The disk's part of the budget: rows that add up, declared sizes kept, the rest by weight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import reserves
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget_disk import IMAGE, LOGS, DiskRow, rows
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, TIB
from tests.planning import COMPOSE, wish

WITH_VOLUME = COMPOSE.replace("    command: [run, worker]", "    volumes: [spool:/spool]\nvolumes: {spool: }")


def _rows(asked: Wish, size: int) -> dict[str, DiskRow]:
    return {row.who: row for row in rows(asked, size, reserves(asked))}


@given(st.integers(1 * GIB, 4 * TIB), st.integers(0, TIB))
def test_the_rows_add_up_and_a_larger_disk_is_never_less(size: int, more: int) -> None:
    asked = wish(WITH_VOLUME)
    small, large = _rows(asked, size), _rows(asked, size + more)
    assert sum(row.bytes for row in small.values()) == size
    assert sum(row.bytes for row in large.values()) == size + more
    assert all(small[who].bytes <= large[who].bytes for who in small if who != "free")


def test_who_has_a_row() -> None:
    assert list(_rows(wish(), 80 * GIB)) == ["system", "images", "logs", "access log", "backup", "db", "cache", "free"]
    assert "access log" not in _rows(wish(services={"web": {"routes": []}}), 80 * GIB)
    assert "worker" in _rows(wish(WITH_VOLUME), 80 * GIB)
    assert "monitoring" in _rows(wish(monitoring={}), 80 * GIB)


def test_images_are_kept_twice_and_logs_are_capped() -> None:
    found = _rows(wish(services={"web": {"replicas": 3}}), 80 * GIB)
    # Web and worker run one image.
    assert found["images"].bytes == 3 * 2 * IMAGE
    assert found["logs"].bytes == (1 + 4 + 2) * LOGS


def test_declared_sizes_are_taken_and_the_rest_is_shared_by_weight() -> None:
    found = _rows(wish(stores={"postgres": {"disk": "20GiB"}}, system={"disk": "10GiB"}), 80 * GIB)
    assert (found["db"].bytes, found["db"].reason) == (20 * GIB, "declared")
    assert found["system"].bytes == 10 * GIB
    plain = _rows(wish(), 80 * GIB)
    assert plain["db"].bytes == pytest.approx(4 * plain["cache"].bytes, rel=0.01)
    assert plain["free"].bytes == pytest.approx(8 * GIB, rel=0.01)


def test_the_log_of_requests_takes_what_the_plan_gives_it() -> None:
    assert _rows(wish(), 80 * GIB)["access log"].bytes == 4 * GIB
    declared = _rows(wish(logs={"access": {"disk": "9GiB"}}), 80 * GIB)["access log"]
    assert (declared.bytes, declared.reason) == (9 * GIB, "declared")


def test_a_row_as_the_plan_shows_it() -> None:
    row = DiskRow(who="db", group="store", reason="declared", bytes=5, path="p")
    assert row.as_dict() == {"who": "db", "group": "store", "bytes": 5, "reason": "declared"}
