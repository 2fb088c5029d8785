# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as one dict: JSON-able, the same for the same input, and complete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import Fit, fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import COMPOSE, STACK, disk, measured, wish


def _plan(made: Wish, **changes: Any) -> dict[str, Any]:
    host = measured(**changes)
    plan, findings = build(made, host, fit(STACK["tier"], host, "enforce"))
    assert not errors(findings), explain(findings)
    return plan


def test_a_plan_is_json_and_the_same_every_time() -> None:
    first, second = (_plan(wish()) for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
    assert json.loads(json.dumps(first)) == first


def test_the_parts_of_a_plan() -> None:
    plan = _plan(wish())
    assert (plan["schema"], plan["name"], plan["colour"]) == (1, "shop", "blue")
    assert plan["images"]["web"] == "registry.example.org/web:1"
    postgres = plan["stores"]["postgres"]
    assert postgres["roles"] == [{"name": "app", "secret": "POSTGRES_PASSWORD_APP"}]
    assert postgres["databases"] == [{"name": "shop", "owner": "app", "extensions": ["pg_stat_statements"]}]
    assert sum(row["bytes"] for row in plan["budget"]["rows"]) == plan["budget"]["total_bytes"]
    shares = {row["who"]: row["each_bytes"] for row in plan["budget"]["rows"]}
    assert postgres["limit_bytes"] == shares["db"]
    assert plan["stores"]["redis"]["limit_bytes"] == shares["cache"]
    assert plan["host"]["controllers"] == ["cpu", "memory", "pids"]


@pytest.mark.parametrize(
    ("docker", "projects", "ready"), [("26.1.5", ["stores", "app"], ["stores", "app"]), (None, ["stores"], [])]
)
def test_what_check_mode_can_ask_about_is_there_with_an_engine(
    docker: str | None, projects: list[str], ready: list[str]
) -> None:
    held = {"name": "shop", "projects": projects, "stores": [], "places": [], "keyed": False}
    plan = _plan(wish(), software={"docker": docker, "compose": None}, installed=held)
    assert (plan["host"]["stack"], plan["host"]["ready"]) == ("shop", ready)


def test_a_host_with_an_engine_and_nothing_of_ours_is_not_ready() -> None:
    host = _plan(wish(), software={"docker": "26.1.5", "compose": "2.26.1"})["host"]
    assert (host["stack"], host["ready"]) == (None, [])


def test_without_stores_there_are_none() -> None:
    plan = _plan(wish("services: {web: {image: 'web:1', expose: ['80']}}", stores=None))
    assert plan["stores"] == {"postgres": None, "redis": None, "carried": [], "files": []}
    assert plan["secrets"] == []


@pytest.mark.parametrize("name", ["free", "system", "edge"])
def test_a_service_may_be_called_like_a_row_of_the_budget(name: str) -> None:
    text = COMPOSE.replace("  cache:", f"  {name}:")
    plan = _plan(
        wish(text, stores={"redis": {"service": name, "memory": "300MiB"}}, services={"web": {"routes": None}})
    )
    assert plan["stores"]["redis"]["limit_bytes"] == 300 * MIB


def test_a_carried_store_is_told_with_its_share() -> None:
    text = COMPOSE + "  minio: {image: 'minio:1'}\n"
    plan = _plan(wish(text, stores={"objects": {"service": "minio", "memory": "512MiB"}}))
    (minio,) = plan["stores"]["carried"]
    assert (minio["kind"], minio["service"], minio["limit_bytes"]) == ("objects", "minio", 512 * MIB)


def test_the_volume_that_holds_the_data_decides_how_postgres_writes() -> None:
    slow = disk(path="/var/lib/docker", total_bytes=40 * GIB, rotational=True)
    plan = _plan(wish(), mounts=[disk(), slow])
    values = {each["name"]: each["value"] for each in plan["stores"]["postgres"]["settings"]}
    assert (values["random_page_cost"], values["max_wal_size"]) == ("4", "1472MB")


def test_the_superusers_name_owns_no_database() -> None:
    owned = {"postgres": {"databases": [{"name": "shop", "owner": "holdfast"}]}}
    host = measured()
    _, findings = build(wish(stores=owned, services={"web": None}), host, fit("local", host, "enforce"))
    assert "holdfast_stack.stores.postgres.databases" in [finding.path for finding in errors(findings)]


def test_a_store_that_is_not_there_leaves_the_other_findings() -> None:
    made = wish(stores={"postgres": {"service": "dbs"}}, secrets={"NOBODY": "generate"})
    plan, findings = build(made, measured(arch="armv7l"), Fit(shown={}, findings=[]))
    assert plan == {}
    paths = {finding.path for finding in findings}
    assert {"holdfast_stack.stores.postgres.service", "holdfast_stack.secrets.NOBODY", "host.arch"} <= paths


@pytest.mark.parametrize(("mode", "level"), [("enforce", "error"), ("warn", "warning")])
def test_a_tier_that_does_not_fit_refuses_or_warns(mode: str, level: str) -> None:
    result = fit("enterprise-monitoring", measured(), mode)
    assert result.shown["verdict"] == "short"
    assert {each.level for each in result.findings if each.path in ("host.cpus", "host.memory")} == {level}


def test_an_unknown_tier_has_no_verdict() -> None:
    result = fit("enterprize", measured(), "enforce")
    assert result.shown == {}
    assert [(each.path, each.hint) for each in result.findings] == [
        ("holdfast_stack.tier", "did you mean 'enterprise'?")
    ]


@pytest.mark.parametrize("image", ["pgvector/pgvector:pg16", "ankane/pgvector:v0.5.1"])
def test_an_image_with_pgvector_gives_the_database_that_nobody_declared_its_extension(image: str) -> None:
    plan = _plan(wish(COMPOSE.replace("postgres:16", image)))
    assert plan["stores"]["postgres"]["databases"][0]["extensions"] == ["vector", "pg_stat_statements"]


def test_a_declared_database_has_the_declared_extensions_each_once() -> None:
    database = {"name": "shop", "owner": "app", "extensions": ["hstore", "pg_stat_statements"]}
    made = wish(
        COMPOSE.replace("postgres:16", "pgvector/pgvector:pg16"), stores={"postgres": {"databases": [database]}}
    )
    assert _plan(made)["stores"]["postgres"]["databases"][0]["extensions"] == ["hstore", "pg_stat_statements"]


def test_an_override_of_redis_that_cannot_fit_is_told() -> None:
    host = measured()
    made = wish(stores={"redis": {"settings": {"maxmemory": "100gb"}}})
    _, findings = build(made, host, fit(STACK["tier"], host, "enforce"))
    assert [finding.path for finding in errors(findings)] == ["holdfast_stack.stores.redis.settings.maxmemory"]
