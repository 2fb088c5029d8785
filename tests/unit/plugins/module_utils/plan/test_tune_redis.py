# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis's settings: a dataset that leaves room for a fork, and a policy by use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_redis import findings, settings
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


def _values(limit: int, use: str = "queue", **overrides: str) -> dict[str, str]:
    return {each.name: each.value for each in settings(limit, use, overrides)}


@given(st.integers(6 * MIB, 64 * GIB))
def test_twice_the_dataset_fits_and_a_dataset_is_always_bounded(limit: int) -> None:
    dataset = int(_values(limit)["maxmemory"].removesuffix("mb")) * MIB
    # 0 means no bound to Redis.
    assert 0 < 2 * dataset < limit


@pytest.mark.parametrize(("use", "policy"), [("queue", "noeviction"), ("cache", "allkeys-lru")])
def test_the_policy_follows_the_use(use: str, policy: str) -> None:
    assert _values(GIB, use)["maxmemory-policy"] == policy


def test_an_override_stands_once_and_every_setting_has_its_reason() -> None:
    chosen = settings(GIB, "queue", {"maxclients": "50", "timeout": "300"})
    names = [each.name for each in chosen]
    assert len(names) == len(set(names))
    assert all(each.reason for each in chosen)
    assert {each.name: each.value for each in chosen if each.reason == "declared"} == {
        "maxclients": "50",
        "timeout": "300",
    }


@pytest.mark.parametrize("value", ["100mb", "900m", "1", "5000B", "921mb"])
def test_a_dataset_that_leaves_the_server_room_is_the_users_own_choice(value: str) -> None:
    assert findings(GIB, settings(GIB, "cache", {"maxmemory": value}), "p") == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("100gb", "921.6 MiB"),
        ("922mb", "921.6 MiB"),
        ("0", "no bound"),
        ("much", "512mb"),
        ("1gib", "512mb"),
        ("", "a size"),
    ],
)
def test_a_dataset_that_cannot_fit_is_refused_with_numbers(value: str, said: str) -> None:
    (finding,) = findings(GIB, settings(GIB, "queue", {"maxmemory": value}), "p")
    assert finding.path == "p.settings.maxmemory"
    assert said in finding.rule
    assert finding.hint


@given(st.integers(64 * MIB, 64 * GIB))
def test_the_planned_dataset_has_no_finding(limit: int) -> None:
    assert findings(limit, settings(limit, "queue", {}), "p") == []


def test_an_empty_value_is_written_as_redis_reads_it() -> None:
    assert _values(GIB, save="")["save"] == '""'
