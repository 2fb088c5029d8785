# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a run will do, from the plan and from what runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Running
from ansible_collections.holdfast.host.plugins.module_utils.plan.changes import changes, rows
from tests.planning import COMPOSE, STACK, merged, planned

ONCE = COMPOSE.replace("    command: [run, worker]\n", '    command: [run, worker]\n    restart: "no"\n')


def runs(plan: dict[str, Any]) -> list[Running]:
    """Return what runs once a plan is applied."""
    found = []
    for project in plan["projects"].values():
        for name, service in project["services"].items():
            limits = service["deploy"]["resources"]["limits"]
            once = service["restart"] == "no"
            each = Running(
                project=project["name"],
                service=name,
                image=service["image"],
                state="exited" if once else "running",
                exit_code=0,
                memory_bytes=int(limits["memory"]),
                cpus=float(limits.get("cpus") or 0),
                labels={key: str(value).replace("$$", "$") for key, value in service["labels"].items()},
                settings=_settings(plan, name),
                units={"work_mem": "kB", "shared_buffers": "8kB"} if name == "db" else {},
            )
            found += [each] * service["deploy"].get("replicas", 1)
    return found


def _settings(plan: dict[str, Any], name: str) -> dict[str, str]:
    if name == "nginx":
        return {"plan": plan["edge"]["digest"]}
    stores = [plan["stores"][kind] for kind in ("postgres", "redis")]
    own = [each for store in stores if store["service"] == name for each in store["settings"]]
    return {each["name"]: each["value"].strip("'") for each in own}


def told(plan: dict[str, Any], running: Sequence[Running] | None) -> dict[str, tuple[str, list[str]]]:
    """Return action and reasons by service, those that stay as they are left out."""
    found = changes(plan, running)
    assert found is not None
    return {each["service"]: (each["action"], each["because"]) for each in found if each["action"] != "none"}


def after(directory: Path, text: str = COMPOSE, compose: str = COMPOSE, **over: Any) -> dict[str, Any]:
    """Return what changes when a host that runs the plain declaration gets another one."""
    before = planned(directory, compose=text)
    return told(planned(directory, raw=merged(STACK, over), compose=compose), runs(before))


def test_nothing_changes_where_the_plan_runs(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert told(plan, runs(plan)) == {}
    assert "nothing is started" in rows(changes(plan, runs(plan)))[0][0]


def test_on_a_bare_host_everything_starts(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert {action for action, _ in told(plan, []).values()} == {"start"}
    assert set(told(plan, [])) == {"db", "cache", "nginx", "web", "worker"}
    assert plan["changes"] == changes(plan, [])
    assert rows(plan["changes"]) == [("5 services start; none of the stack runs yet",)]


def test_without_the_engine_nothing_is_known(tmp_path: Path) -> None:
    assert changes(planned(tmp_path), None) is None
    assert "--become" in rows(None)[0][0]


def test_a_setting_that_a_server_takes_reloads_it_alone(tmp_path: Path) -> None:
    stores = {"postgres": {"settings": {"log_min_duration_statement": "321ms"}}}
    ((service, (action, because)),) = after(tmp_path, stores=stores).items()
    assert (service, action) == ("db", "reload")
    assert [why.partition(" ")[0] for why in because] == ["log_min_duration_statement"]
    assert because[0].endswith(" -> 321ms")


def test_redis_takes_another_bound(tmp_path: Path) -> None:
    found = after(tmp_path, stores={"redis": {"settings": {"maxmemory": "64mb"}}})
    assert {service: action for service, (action, _) in found.items()} == {"cache": "reload"}
    assert found["cache"][1][-1].endswith("-> 64mb")


def test_a_setting_that_left_the_file_is_reloaded_to_its_default(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    running = [
        replace(each, settings={**each.settings, "vacuum_cost_limit": "500"}, written=("vacuum_cost_limit",))
        if each.service == "db"
        else each
        for each in runs(plan)
    ]
    assert told(plan, running) == {"db": ("reload", ["vacuum_cost_limit 500 -> default"])}


def test_another_limit_restarts_and_says_both_values(tmp_path: Path) -> None:
    before = planned(tmp_path, raw=merged(STACK, {"stores": {"postgres": {"memory": "1GiB"}}}))
    plan = planned(tmp_path, raw=merged(STACK, {"stores": {"postgres": {"memory": "2GiB"}}}))
    action, because = told(plan, runs(before))["db"]
    assert action == "restart"
    assert "memory limit 1 GiB -> 2 GiB" in because
    (buffers,) = [each for each in because if each.startswith("shared_buffers ")]
    old, new = (
        next(each["value"] for each in one["stores"]["postgres"]["settings"] if each["name"] == "shared_buffers")
        for one in (before, plan)
    )
    assert buffers == f"shared_buffers {old} -> {new}"


def test_another_image_restarts_what_has_it(tmp_path: Path) -> None:
    found = after(tmp_path, services={"worker": {"image": "registry.example.org/web:2"}})
    why = "image registry.example.org/web:1 -> registry.example.org/web:2"
    assert found["worker"] == ("restart", [why])
    # Another image takes disk of its own, which the stores' share follows: that is no restart.
    assert {action for service, (action, _) in found.items() if service != "worker"} <= {"reload"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("SECRET_KEY: laptop-key", "SECRET_KEY: laptop-key\n      PAGES: 20", "environment"),
        ("command: [run, worker]", "command: [run, worker, fast]", "definition"),
    ],
)
def test_another_definition_restarts(tmp_path: Path, old: str, new: str, why: str) -> None:
    ((action, because),) = after(tmp_path, compose=COMPOSE.replace(old, new)).values()
    assert (action, because) == ("restart", [why])


@pytest.mark.parametrize(("there", "action"), [(1, "start"), (2, "none"), (3, "stop")])
def test_replicas_come_and_go_without_a_restart(tmp_path: Path, there: int, action: str) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"services": {"worker": {"replicas": 2}}}))
    (worker, _) = (each for each in runs(plan) if each.service == "worker")
    running = [each for each in runs(plan) if each.service != "worker"] + [worker] * there
    found = told(plan, running)
    assert found == ({} if action == "none" else {"worker": (action, [f"containers {there} -> 2"])})


def test_another_route_reloads_nginx(tmp_path: Path) -> None:
    routes = [{"host": "www.example.org", "timeout": "77s"}]
    found = after(tmp_path, services={"web": {"routes": routes}})
    assert found == {"nginx": ("reload", ["routes, TLS or tuning"])}


def test_what_left_the_file_stops_and_what_ended_starts(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    stranger = replace(runs(plan)[0], project="shop-blue", service="old")
    ended = [replace(each, state="exited", exit_code=1) if each.service == "web" else each for each in runs(plan)]
    found = told(plan, [*ended, stranger])
    assert found == {"web": ("start", ["it is exited (1)"]), "old": ("stop", ["it is not a service any more"])}


def test_what_runs_once_runs_again_only_with_a_change(tmp_path: Path) -> None:
    plan = planned(tmp_path, compose=ONCE)
    assert told(plan, runs(plan)) == {}
    changed = [replace(each, image="web:0") if each.service == "web" else each for each in runs(plan)]
    assert told(plan, changed)["worker"] == ("start", ["it runs once, and again with every change of its project"])


def test_a_container_of_an_older_version_is_replaced(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    older = [replace(each, labels={}) for each in runs(plan)]
    found = told(plan, older)
    assert {action for action, _ in found.values()} == {"restart"}
    assert all("older version" in because[0] for _, because in found.values())


def test_the_text_has_a_row_for_each_reason(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    running = [replace(each, image="web:0", cpus=3.5) if each.service == "web" else each for each in runs(plan)]
    table = rows(changes(plan, running))
    assert [row[:2] for row in table] == [("restart", "web"), ("", ""), ("none", "4 others")]
    assert table[1][2] == "CPUs 3.5 -> none"


def _pooled(directory: Path, clients: int) -> dict[str, Any]:
    return planned(directory, raw=merged(STACK, {"stores": {"postgres": {"pool": {"clients": clients}}}}))


def test_a_pool_that_comes_and_goes_replaces_the_server_once_and_says_so(tmp_path: Path) -> None:
    plain, pooled = planned(tmp_path), _pooled(tmp_path, 50)
    on, off = told(pooled, runs(plain)), told(plain, runs(pooled))
    assert (on["db"][0], on["pgbouncer"]) == ("restart", ("start", ["it is not there yet"]))
    assert (off["db"][0], off["pgbouncer"]) == ("restart", ("stop", ["it is not a service any more"]))
    assert "definition" in on["db"][1]
    assert "definition" in off["db"][1]


def test_another_setting_of_the_pooler_restarts_it_alone(tmp_path: Path) -> None:
    found = told(_pooled(tmp_path, 52), runs(_pooled(tmp_path, 50)))
    assert found == {"pgbouncer": ("restart", ["max_client_conn 54 -> 56"])}
