# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A plan to look at: complete where nothing refuses it, and of use where something does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan, typed
from tests.planning import STACK, host, lay, merged, planned


def _advised(tmp_path: Path, on: dict[str, Any] | None = None, **changes: Any) -> tuple[Any, list[Any]]:
    around = Circumstances(directory=lay(tmp_path), advise=True)
    return make_plan(merged(STACK, changes), on or host(), around)


def test_what_nothing_refuses_is_the_plan_that_is_applied_and_more(tmp_path: Path) -> None:
    plan, _ = _advised(tmp_path)
    applied = planned(tmp_path)
    assert {key: plan[key] for key in applied if key != "text"} == {
        key: value for key, value in applied.items() if key != "text"
    }
    assert set(plan) - set(applied) == {"recommend", "refused"}
    assert plan["refused"] == []
    assert plan["text"].startswith(applied["text"])
    for part in ("Who gets which share:", "RAM: 7.6 GiB", "Recommendation:"):
        assert part in plan["text"]


def test_a_host_that_is_too_small_is_refused_and_told_what_would_do(tmp_path: Path) -> None:
    plan, findings = _advised(tmp_path, host(memory_bytes=800_000_000))
    refused = errors(findings)
    assert {"host.memory", "budget.memory"} <= {each.path for each in refused}
    assert plan["refused"] == [each.as_dict() for each in refused]
    assert plan["recommend"]["verdict"] == "short"
    assert "too small for the stack" in plan["text"]
    assert json.dumps(plan)


def test_a_refused_plan_has_nothing_that_could_be_applied(tmp_path: Path) -> None:
    plan, _ = _advised(tmp_path, host(memory_bytes=800_000_000))
    assert not {"projects", "expect", "brief"} & set(plan)


@pytest.mark.parametrize("changes", [{"servces": {}}, {"stores": {"postgres": {"service": "nowhere"}}}])
def test_a_declaration_that_cannot_be_read_has_findings_alone(tmp_path: Path, changes: dict[str, Any]) -> None:
    plan, findings = _advised(tmp_path, **changes)
    assert errors(findings)
    if plan is not None:
        assert plan["refused"]


def test_an_unknown_tier_does_not_hide_what_to_take(tmp_path: Path) -> None:
    plan, _ = _advised(tmp_path, tier="enterprize")
    assert plan["refused"][0]["path"] == "holdfast_stack.tier"
    assert "Tier: unknown" in plan["text"]
    assert "needs at least" in plan["text"]


def test_a_typed_in_size_is_planned_for_without_any_host(tmp_path: Path) -> None:
    around = Circumstances(directory=lay(tmp_path), advise=True)
    plan, findings = typed(STACK, {"cpus": 4, "memory": "8GiB", "disk": "80GiB"}, around)
    assert plan is not None
    assert not errors(findings)
    assert plan["host"]["memory_bytes"] == 8 * 1024**3
    assert plan["recommend"]["assumed"]
    assert "assumed" in plan["text"]


def test_a_typed_in_size_and_the_declaration_are_told_of_together(tmp_path: Path) -> None:
    around = Circumstances(directory=lay(tmp_path), advise=True)
    plan, findings = typed(merged(STACK, {"servces": {}}), {"cpus": 0, "memory": "8GiB"}, around)
    assert plan is None
    assert [each.path for each in findings] == ["preflight_size.cpus", "holdfast_stack.servces"]


def test_a_machine_that_is_not_there_is_no_plan_to_apply(tmp_path: Path) -> None:
    size = {"cpus": 4, "memory": "8GiB", "disk": "80GiB"}
    plan, findings = typed(STACK, size, Circumstances(directory=lay(tmp_path)))
    assert plan is None
    assert [each.path for each in findings] == ["preflight_size"]
