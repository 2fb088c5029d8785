# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a live host must show, as verify compares it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.planning import COMPOSE, STACK, merged, planned


def test_containers_settings_routes_and_ports(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"services": {"web": {"replicas": 2}}}))
    expect = plan["expect"]
    assert {(each["project"], each["service"]): each["replicas"] for each in expect["containers"]} == {
        ("shop-stores", "db"): 1,
        ("shop-stores", "cache"): 1,
        ("shop-blue", "web"): 2,
        ("shop-blue", "worker"): 1,
        ("shop-edge", "nginx"): 1,
    }
    shares = {row["who"]: row["each_bytes"] for row in plan["budget"]["rows"]}
    assert {each["service"]: each["memory_bytes"] for each in expect["containers"]} == {
        "db": shares["db"],
        "cache": shares["cache"],
        "web": shares["web"],
        "worker": shares["worker"],
        "nginx": shares["edge"],
    }
    assert expect["postgres"]["settings"]["password_encryption"] == "scram-sha-256"
    assert expect["redis"]["auth"]
    assert expect["routes"] == [{"host": "www.example.org", "path": "/health", "service": "web"}]
    assert expect["ports"] == [{"port": 80, "protocol": "tcp"}, {"port": 443, "protocol": "tcp"}]
    assert json.loads(json.dumps(expect)) == expect


def test_labels_are_expected_as_the_engine_reports_them(tmp_path: Path) -> None:
    plan = planned(tmp_path, compose=COMPOSE + "    labels: {price: 5$$, on: true}\n")
    (worker,) = [each for each in plan["expect"]["containers"] if each["service"] == "worker"]
    shown = {name: value for name, value in worker["labels"].items() if not name.startswith("holdfast.")}
    assert shown == {"price": "5$", "on": "true"}


def test_without_stores_none_is_expected(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw={"name": "shop", "tier": STACK["tier"]}, compose="services: {a: {image: 'a:1'}}")
    assert (plan["expect"]["postgres"], plan["expect"]["redis"], plan["expect"]["routes"]) == (None, None, [])


def test_a_task_that_ends_is_expected_to_have_ended(tmp_path: Path) -> None:
    text = (
        COMPOSE + "    depends_on: {migrate: {condition: service_completed_successfully}}\n  migrate: {image: 'w:1'}\n"
    )
    plan = planned(tmp_path, compose=text)
    assert {each["service"] for each in plan["expect"]["containers"] if each["once"]} == {"migrate"}


def test_a_pooler_is_expected_with_its_settings_databases_and_roles(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"stores": {"postgres": {"pool": {"clients": 50}}}}))
    expected, pooler = plan["expect"]["pooler"], plan["stores"]["postgres"]["pooler"]
    assert (expected["project"], expected["service"]) == ("shop-stores", "pgbouncer")
    assert (expected["databases"], expected["roles"], expected["server"]) == (["shop"], ["app"], "db-direct")
    assert expected["settings"]["max_client_conn"] == "54"
    (container,) = [each for each in plan["expect"]["containers"] if each["service"] == "pgbouncer"]
    assert container["memory_bytes"] == pooler["limit_bytes"]
    assert planned(tmp_path)["expect"]["pooler"] is None
