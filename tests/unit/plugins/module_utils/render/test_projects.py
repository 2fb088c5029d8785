# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rendered Compose projects: guarded, closed, and saying what the user's file said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import interpolate
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import COMPOSE, STACK, host, merged, planned

WORKER = "    command: [run, worker]"


def _projects(directory: Path, text: str = COMPOSE, **changes: Any) -> dict[str, Any]:
    on = changes.pop("on", None)
    projects: dict[str, Any] = planned(directory, raw=merged(STACK, changes), compose=text, on=on)["projects"]
    return projects


def _worker(directory: Path, said: str, **changes: Any) -> dict[str, Any]:
    worker: dict[str, Any] = _projects(directory, COMPOSE.replace(WORKER, said), **changes)["app"]["services"]["worker"]
    return worker


def test_every_container_is_guarded(tmp_path: Path) -> None:
    projects = _projects(tmp_path)
    assert [projects[name]["name"] for name in ("stores", "app", "edge")] == ["shop-stores", "shop-blue", "shop-edge"]
    services = [service for project in projects.values() for service in project["services"].values()]
    assert len(services) == 5
    for service in services:
        limits = service["deploy"]["resources"]["limits"]
        assert int(limits["memory"]) > 0
        assert limits["pids"] > 0
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["logging"]["options"]["max-size"]
        assert service["restart"] == "unless-stopped"


def test_only_the_edge_publishes_ports_and_the_stores_network_leads_nowhere(tmp_path: Path) -> None:
    projects = _projects(tmp_path)
    services = [service for part in ("stores", "app") for service in projects[part]["services"].values()]
    assert not [service for service in services if "ports" in service]
    assert projects["edge"]["services"]["nginx"]["ports"] == ["80:80", "443:443"]
    assert projects["stores"]["networks"] == {"holdfast-stores": {"name": "shop-stores", "internal": True}}
    assert projects["app"]["networks"]["holdfast-stores"] == {"name": "shop-stores", "external": True}


def test_a_routed_service_has_its_colours_name_on_the_edges_network(tmp_path: Path) -> None:
    services = _projects(tmp_path)["app"]["services"]
    assert services["web"]["networks"]["holdfast-edge"] == {"aliases": ["web.blue"]}
    assert "holdfast-edge" not in services["worker"]["networks"]
    assert set(services["worker"]["networks"]) == {"default", "holdfast-stores"}


def test_without_stores_the_application_is_on_no_network_of_theirs(tmp_path: Path) -> None:
    projects = _projects(tmp_path, stores=None, secrets={"DATABASE_URL": "keep"})
    assert projects["stores"]["services"] == {}
    assert "holdfast-stores" not in projects["app"]["networks"]
    assert set(projects["app"]["services"]["worker"]["networks"]) == {"default"}


def test_without_routes_no_edge_runs_and_the_application_is_on_no_network_of_its(tmp_path: Path) -> None:
    projects = _projects(tmp_path, services={"web": None})
    assert projects["edge"] == {"name": "shop-edge", "services": {}}
    assert list(projects["app"]["networks"]) == ["holdfast-stores"]


def test_an_application_alone_names_no_network(tmp_path: Path) -> None:
    alone = _projects(tmp_path, stores=None, services={"web": None}, secrets={"DATABASE_URL": "keep"})
    assert "networks" not in alone["app"]


def test_stores_alone_leave_an_application_without_services(tmp_path: Path) -> None:
    text = COMPOSE[: COMPOSE.index("  web:")]
    assert _projects(tmp_path, text, services={"web": None})["app"] == {"name": "shop-blue", "services": {}}


def test_a_dollar_survives_everywhere_as_compose_will_read_it(tmp_path: Path) -> None:
    said = """    command: echo $$HOME
    environment: {MOTTO: "a$$b $${C} $$$$"}
    labels: {l: "x$$y"}
    healthcheck: {test: [CMD-SHELL, "test $$PORT"]}
    volumes: ["/srv/a$$b:/x"]"""
    report = Report()
    worker = interpolate(_worker(tmp_path, said), {"HOME": "WRONG", "C": "WRONG", "b": "WRONG"}, "worker", report)
    assert report.findings == []
    assert worker["command"] == ["echo", "$HOME"]
    assert worker["environment"] == {"MOTTO": "a$b ${C} $$"}
    assert worker["labels"]["l"] == "x$y"
    assert worker["healthcheck"]["test"][1] == "test $PORT"
    assert worker["volumes"][0]["source"] == "/srv/a$b"


def test_what_the_server_does_not_take_from_the_file(tmp_path: Path) -> None:
    said = """    build: .
    ports: ["9:9"]
    container_name: mine
    profiles: [full]
    restart: always
    user: "1000"
    deploy: {resources: {reservations: {memory: 64m}}, labels: {a: b}}"""
    worker = _worker(tmp_path, said, profiles=["full"], services={"worker": {"image": "worker:1"}})
    assert not {"build", "ports", "container_name", "profiles", "depends_on"} & set(worker)
    assert (worker["image"], worker["restart"], worker["user"]) == ("worker:1", "always", "1000")
    assert worker["deploy"]["labels"] == {"a": "b"}
    assert set(worker["deploy"]["resources"]) == {"limits"}


@pytest.mark.parametrize(
    ("said", "logging"),
    [
        ("{options: {max-size: 50m}}", {"driver": "json-file", "options": {"max-size": "50m", "max-file": "5"}}),
        ("{driver: local}", {"driver": "local", "options": {"max-size": "20m", "max-file": "5"}}),
        ("{driver: none}", {"driver": "none"}),
        ("{driver: syslog, options: {tag: x}}", {"driver": "syslog", "options": {"tag": "x"}}),
    ],
)
def test_log_caps_where_the_driver_has_them(tmp_path: Path, said: str, logging: dict[str, Any]) -> None:
    assert _worker(tmp_path, f"    logging: {said}")["logging"] == logging


def test_a_service_that_others_wait_for_to_end_is_not_restarted(tmp_path: Path) -> None:
    text = (
        COMPOSE
        + "    depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_healthy}}\n"
    )
    services = _projects(tmp_path, text + "  migrate: {image: 'web:1'}\n")["app"]["services"]
    assert services["migrate"]["restart"] == "no"
    assert list(services["worker"]["depends_on"]) == ["migrate"]


def test_declared_ports_replicas_and_networks(tmp_path: Path) -> None:
    text = COMPOSE + "    networks: {inner: {aliases: [w]}}\n" + "networks: {inner: {}, other: {}}\n"
    port = {"port": 2525, "target": 25, "address": "203.0.113.5"}
    app = _projects(tmp_path, text, services={"web": {"replicas": 2}, "worker": {"ports": [port]}})["app"]
    assert app["services"]["web"]["deploy"]["replicas"] == 2
    assert app["services"]["worker"]["ports"] == ["203.0.113.5:2525:25/tcp"]
    assert app["services"]["worker"]["networks"] == {"inner": {"aliases": ["w"]}, "holdfast-stores": None}
    assert "other" not in app["networks"]


def test_volumes_are_named_by_the_stack_so_that_both_colours_share_them(tmp_path: Path) -> None:
    app = _projects(tmp_path, COMPOSE + "    volumes: ['media:/m']\nvolumes: {media: {}, unused: {}}\n")["app"]
    assert app["volumes"] == {"media": {"name": "shop_media"}}


def test_a_carried_store_keeps_its_own_definition(tmp_path: Path) -> None:
    text = COMPOSE + "  minio: {image: 'minio:1', command: serve, volumes: ['s3:/data']}\nvolumes: {s3: {}}\n"
    stores = _projects(tmp_path, text, stores={"objects": {"service": "minio", "memory": "1GiB"}})["stores"]
    minio = stores["services"]["minio"]
    assert (minio["command"], minio["networks"]) == (["serve"], ["holdfast-stores"])
    assert minio["deploy"]["resources"]["limits"]["memory"] == str(GIB)
    assert stores["volumes"]["s3"] == {"name": "shop_s3"}


def test_limits_that_the_kernel_cannot_hold_are_left_out(tmp_path: Path) -> None:
    on = host(cgroup={"version": 2, "controllers": ["pids"]})
    web = _projects(tmp_path, on=on, services={"web": {"cpus": 1}})["app"]["services"]["web"]
    assert set(web["deploy"]["resources"]["limits"]) == {"pids"}
    on = host(cgroup={"version": 2, "controllers": ["cpu", "memory"]})
    web = _projects(tmp_path, on=on, services={"web": {"cpus": 1}})["app"]["services"]["web"]
    assert web["deploy"]["resources"]["limits"]["cpus"] == "1"


@pytest.mark.parametrize("name", ["free", "system", "edge", "nginx"])
def test_a_service_called_like_our_own_keeps_its_own_limit(tmp_path: Path, name: str) -> None:
    plan = planned(
        tmp_path,
        raw=merged(STACK, {"services": {name: {"memory": "333MiB"}}}),
        compose=COMPOSE.replace("worker:", f"{name}:"),
    )
    limits = plan["projects"]["app"]["services"][name]["deploy"]["resources"]["limits"]
    assert limits["memory"] == str(333 * 1024**2)
    expected = {(each["project"], each["service"]): each["memory_bytes"] for each in plan["expect"]["containers"]}
    assert expected["shop-blue", name] == 333 * 1024**2
    assert expected["shop-edge", "nginx"] == plan["edge"]["limit_bytes"]


def test_containers_weigh_as_the_plan_says(tmp_path: Path) -> None:
    compose = COMPOSE.replace("    command: [run, worker]", "    cpu_shares: 300")
    raw = merged(STACK, {"services": {"web": {"cpus": 2}}, "stores": {"postgres": {"pool": {"clients": 100}}}})
    plan = planned(tmp_path, raw=raw, compose=compose)
    shares = {
        (part, name): service["cpu_shares"]
        for part, project in plan["projects"].items()
        for name, service in project["services"].items()
    }
    assert shares == {
        ("stores", "db"): 2048, ("stores", "cache"): 512, ("stores", "pgbouncer"): 512,
        ("app", "web"): 2048, ("app", "worker"): 300, ("edge", "nginx"): 1024,
    }  # fmt: skip
    rows = {row["who"]: row for row in plan["budget"]["rows"]}
    assert rows["worker"]["cpu_weight"] == 292
    # Under full load the two that weigh alike get alike.
    assert rows["db"]["cpu_share"] == rows["web"]["cpu_share"]
    bare = planned(tmp_path, raw=raw, compose=compose, on=host(cgroup={"version": 2, "controllers": ["memory"]}))
    assert "cpu_shares" not in bare["projects"]["app"]["services"]["web"]
