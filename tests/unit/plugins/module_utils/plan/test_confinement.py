# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The containers' part of the plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.confinement import pids
from tests.planning import COMPOSE, STACK, merged, planned


def test_every_container_has_a_planned_number_of_processes(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"stores": {"postgres": {"pool": {"clients": 50}}}}))
    rows = {(row["project"], row["service"]) for row in plan["containers"]["pids"]}
    assert rows == {(part, name) for part, project in plan["projects"].items() for name in project["services"]}
    for part, project in plan["projects"].items():
        for name, service in project["services"].items():
            assert service["deploy"]["resources"]["limits"]["pids"] == pids(plan, part, name) > 0
    assert json.loads(json.dumps(plan["containers"])) == plan["containers"]


def test_a_service_that_is_called_like_the_edge_has_its_own(tmp_path: Path) -> None:
    text = COMPOSE.replace("worker:", "nginx:").replace("command: [run, worker]", "pids_limit: 7")
    plan = planned(tmp_path, compose=text)
    assert (pids(plan, "app", "nginx"), pids(plan, "edge", "nginx")) == (7, 80)


def test_accepted_risks_stand_in_the_plan_and_its_text(tmp_path: Path) -> None:
    raw = merged(STACK, {"services": {"worker": {"risks": {"privileged": "it sets up the network"}}}})
    plan = planned(tmp_path, raw=raw, compose=COMPOSE.replace("command: [run, worker]", "privileged: true"))
    (risk,) = plan["containers"]["risks"]
    assert (risk["service"], risk["risk"], risk["accepted"]) == ("worker", "privileged", "it sets up the network")
    assert "it sets up the network" in plan["text"]
    worker = plan["projects"]["app"]["services"]["worker"]
    assert worker["privileged"] is True
    assert "cap_drop" not in worker
    assert planned(tmp_path)["containers"]["risks"] == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("read_only: true", ("read_only", True)),
        ("user: '1000'", ("cap_add", ["NET_BIND_SERVICE"])),
        ("cap_drop: [ALL]", ("cap_add", None)),
        ("tmpfs: [/tmp]", ("tmpfs", ["/tmp"])),  # noqa: S108
    ],
)
def test_what_the_compose_file_says_is_kept(tmp_path: Path, said: str, kept: tuple[str, object]) -> None:
    plan = planned(tmp_path, compose=COMPOSE.replace("command: [run, worker]", said))
    worker = plan["projects"]["app"]["services"]["worker"]
    assert worker.get(kept[0]) == kept[1]
    assert worker["cap_drop"] == ["ALL"]
