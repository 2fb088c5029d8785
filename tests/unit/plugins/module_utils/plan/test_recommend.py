# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recommendation: verdict, sizes and tiers, the next size up, and where one host ends."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import tiers
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.recommend import Asked, recommend
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import COMPOSE, measured, wish


def _for(asked: Wish, memory: float, cpus: float = 4, tier: Any = None) -> dict[str, Any]:
    host = measured(memory_bytes=int(memory * GIB), cpus=cpus)
    fitted = fit(tier or {"cpus": 1, "memory": "1GiB", "disk": "10GiB"}, host, "warn")
    plan, _ = build(asked, host, fitted)
    return recommend(asked, Asked(host=host, plan=plan, tier=fitted.tier))


@pytest.mark.parametrize(("memory", "verdict"), [(1, "short"), (2.5, "tight"), (16, "good")])
def test_the_verdict_follows_the_host(memory: float, verdict: str) -> None:
    found = _for(wish(), memory)
    assert found["verdict"] == verdict
    assert bool(found["lacks"]) is (verdict == "short")
    assert bool(found["tight"]) is (verdict != "good")
    assert json.loads(json.dumps(found)) == found


def test_too_few_cpus_and_too_small_a_disk_are_lacking_too() -> None:
    asked = wish(services={"web": {"cpus": 4}}, stores={"postgres": {"disk": "100GiB"}})
    assert len(_for(asked, 16, cpus=2)["lacks"]) == 2


def test_both_sizes_come_with_the_smallest_machine_and_tier_that_cover_them() -> None:
    least, good = _for(wish(), 4)["sizes"]
    assert (least["name"], good["name"]) == ("least", "good")
    for size in (least, good):
        tier = tiers.CATALOGUE[size["tier"]]
        assert tier.beyond is None
        for resource in ("cpus", "memory_bytes", "disk_bytes"):
            assert size[resource] <= size["machine"][resource]
            assert size[resource] <= getattr(tier, resource)


def test_the_next_size_up_is_what_a_stack_needs_that_does_not_fit() -> None:
    found = _for(wish(services={"web": {"memory": "20GiB"}}), 2)
    assert found["next"]["machine"]["memory_bytes"] >= 20 * GIB
    assert found["next"]["buys"][0] == {"what": "the stack", "now": found["next"]["buys"][0]["now"], "then": "fits"}
    assert found["next"]["tier"] in tiers.CATALOGUE


def test_above_the_largest_there_is_no_next() -> None:
    assert _for(wish(), 512, cpus=128)["next"] is None


def test_replicas_that_one_host_cannot_hold_are_told_with_how_many_it_can() -> None:
    beyond = _for(wish(services={"web": {"replicas": 40, "memory": "16GiB"}}), 64)["beyond"]
    assert beyond["needed"]
    count = beyond["replicas"]["web"]
    assert any(f"web: {count} replicas are the most that fit" in reason for reason in beyond["reasons"])
    assert 20 < count < 32


def test_a_tier_that_no_host_can_be_says_why_and_what_comes_nearest() -> None:
    name, tier = next((name, tier) for name, tier in tiers.CATALOGUE.items() if tier.beyond)
    assert tier.beyond
    (reason,) = _for(wish(tier=name), 16, tier=name)["beyond"]["reasons"]
    assert tier.beyond.reason in reason
    assert tier.beyond.nearest in reason


def test_more_than_any_tier_of_one_host_is_told_though_a_host_would_do() -> None:
    beyond = _for(wish(services={"web": {"memory": "300GiB"}}), 512)["beyond"]
    assert not beyond["needed"]
    assert "more than any tier" in beyond["notes"][0]


def test_without_a_host_it_says_what_to_take() -> None:
    found = recommend(wish())
    assert set(found) == {"sizes", "beyond"}
    assert not found["beyond"]["needed"]


def test_sixty_services_take_little_more_than_their_two_plans() -> None:
    more = "".join(f"  s{each}: {{image: 'registry.example.org/s:1'}}\n" for each in range(58))
    asked, host = wish(COMPOSE + more), measured(memory_bytes=32 * GIB, cpus=8.0)
    fitted = fit({"cpus": 1, "memory": "1GiB", "disk": "10GiB"}, host, "warn")
    spent = {"build": [], "recommend": []}  # type: dict[str, list[float]]
    for _ in range(3):
        begun = time.process_time()
        plan, _ = build(asked, host, fitted)
        spent["build"].append(time.process_time() - begun)
        begun = time.process_time()
        recommend(asked, Asked(host=host, plan=plan, tier=fitted.tier))
        spent["recommend"].append(time.process_time() - begun)
    # One more plan for the next size up, one more budget, and two sizes that are solved for.
    assert min(spent["recommend"]) < 5 * min(spent["build"])
