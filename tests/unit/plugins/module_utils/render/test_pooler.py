# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The pooler and the server behind it as Compose services: one name, two networks, and never a second server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.render.pooler import service
from tests.planning import COMPOSE, STACK, merged, planned

POOL: dict[str, Any] = {"pool": {"clients": 50}}
ALIASED = COMPOSE.replace("  db:\n", "  db:\n    container_name: shop_db\n    hostname: database\n")


def _plan(directory: Path, text: str = COMPOSE, **postgres: Any) -> dict[str, Any]:
    plan: dict[str, Any] = planned(directory, raw=merged(STACK, {"stores": {"postgres": postgres}}), compose=text)
    return plan


def _stores(directory: Path, text: str = COMPOSE, **postgres: Any) -> dict[str, Any]:
    project: dict[str, Any] = _plan(directory, text, **postgres)["projects"]["stores"]
    return project


def test_the_servers_names_lead_to_the_pooler_and_one_of_its_own_to_the_server(tmp_path: Path) -> None:
    project = _stores(tmp_path, ALIASED, **POOL)
    db, pgbouncer = project["services"]["db"], project["services"]["pgbouncer"]
    assert db["networks"] == {"holdfast-pool": {"aliases": ["db-direct"]}}
    assert pgbouncer["networks"] == {
        "holdfast-stores": {"aliases": ["db", "shop_db", "database"]},
        "holdfast-pool": None,
    }
    assert project["networks"] == {
        "holdfast-stores": {"name": "shop-stores", "internal": True},
        "holdfast-pool": {"name": "shop-pool", "internal": True},
    }


def test_a_pool_changes_nothing_of_the_server_but_its_networks_and_settings(tmp_path: Path) -> None:
    without, pooled = _stores(tmp_path), _stores(tmp_path, **POOL)
    assert list(pooled["services"]) == [*without["services"], "pgbouncer"]
    assert pooled["volumes"] == without["volumes"]
    before, after = without["services"]["db"], pooled["services"]["db"]
    differing = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    assert {"networks", "labels"} <= differing <= {"networks", "labels", "deploy", "shm_size", "stop_grace_period"}
    assert before["labels"]["holdfast.definition"] != after["labels"]["holdfast.definition"]
    assert without["services"]["cache"]["networks"] == pooled["services"]["cache"]["networks"]
    assert "holdfast-pool" not in without["networks"]


def test_the_service_depends_on_no_entrypoint_and_no_role(tmp_path: Path) -> None:
    plan = _plan(tmp_path, **POOL)
    made = service(plan, [])
    assert made["entrypoint"] == ["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]
    assert made["user"] == "70:70"
    assert made["volumes"] == ["/etc/holdfast/stores/pgbouncer:/etc/pgbouncer:ro"]
    assert made["healthcheck"]["test"][-4:] == ["-U", "pgbouncer", "-d", "pgbouncer"]
    assert "depends_on" not in made
    assert "environment" not in made
    assert made["stop_signal"] == "SIGINT"
    assert made["restart"] == "unless-stopped"
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert made["logging"]["options"]["max-size"]
    pooler = plan["stores"]["postgres"]["pooler"]
    assert made["deploy"]["resources"]["limits"] == {"memory": str(pooler["limit_bytes"]), "pids": 64}
    assert made["ulimits"]["nofile"] == {"soft": pooler["files"], "hard": pooler["files"]}


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"pool": {"clients": 60}}, "max_client_conn", "64"),
        (
            {"databases": [{"name": "shop", "owner": "app"}, {"name": "b", "owner": "app"}], **POOL},
            "databases",
            "shop, b",
        ),
    ],
)
def test_all_that_its_file_says_stands_in_its_label(
    tmp_path: Path, changes: dict[str, Any], name: str, value: str
) -> None:
    first = _stores(tmp_path, **POOL)["services"]["pgbouncer"]["labels"]
    second = _stores(tmp_path, **changes)["services"]["pgbouncer"]["labels"]
    assert json.loads(second["holdfast.settings"])[name] == value
    assert first["holdfast.settings"] != second["holdfast.settings"]
    assert first["holdfast.kind"] == "pgbouncer"


def test_no_secret_stands_in_the_project(tmp_path: Path) -> None:
    text = json.dumps(_stores(tmp_path, **POOL)["services"]["pgbouncer"])
    assert "${" not in text
    assert "secret" not in text.lower()
