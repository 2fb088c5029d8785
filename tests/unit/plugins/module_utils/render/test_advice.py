# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recommendation as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import Fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.recommend import Asked, recommend
from ansible_collections.holdfast.host.plugins.module_utils.render import advice
from ansible_collections.holdfast.host.plugins.module_utils.render.columns import WIDTH
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import measured, wish


def _found(memory: float, cpus: float = 2, assumed: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    asked, host = wish(**changes), measured(memory_bytes=int(memory * GIB), cpus=cpus)
    plan, _ = build(asked, host, Fit(shown={}, findings=[]))
    return recommend(asked, Asked(host=host, plan=plan, assumed=assumed))


@pytest.mark.parametrize(
    ("memory", "parts"),
    [
        (1, ["too small for the stack: 1 GiB of", "Tight:", "the stack", "fits"]),
        (2.5, ["something is tight", "needs at least", "runs well from", "The next size up, 2 CPUs, 4 GiB", "->"]),
        (16, ["nothing is tight", "One host is enough, up to 128 CPUs, 512 GiB."]),
    ],
)
def test_it_says_what_a_host_is_good_for(memory: float, parts: list[str]) -> None:
    lines = advice.text(_found(memory))
    assert all(any(part in line for line in lines) for part in parts), "\n".join(lines)
    assert max(map(len, lines)) <= WIDTH
    assert all(line == line.rstrip() for line in lines)


def test_what_was_assumed_is_said() -> None:
    assert any("clock speed is unknown" in line for line in advice.text(_found(8, assumed=("clock speed is unknown",))))
    assert not [line for line in advice.text(_found(8)) if "assumed" in line]


def test_a_stack_beyond_one_host_says_why_and_how_many_replicas_fit() -> None:
    text = " ".join(advice.text(_found(8, services={"web": {"replicas": 60, "memory": "16GiB"}})))
    assert "One host is not enough." in text
    assert "replicas are the most that fit" in text
    assert "none is sold" in text
    assert "no tier" in text


def test_replicas_have_their_bound_told_where_one_host_is_enough() -> None:
    assert "replicas of web." in " ".join(advice.text(_found(8, services={"web": {"replicas": 2}})))


def test_more_of_what_nobody_can_use_buys_nothing() -> None:
    found = _found(8) | {"next": {"machine": {"cpus": 2, "memory_bytes": GIB}, "tier": None, "buys": []}}
    assert any("nothing for this stack" in line for line in advice.text(found))
