# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A live host against its plan: every difference is told, and nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.verify.compare import compare, facts

WEB = {
    "project": "shop-blue",
    "service": "web",
    "image": "web:1",
    "replicas": 1,
    "memory_bytes": 1024**3,
    "labels": {"holdfast.config": "abc"},
    "once": False,
    "confined": {"privileged": False, "user": None},
}
EXPECT: dict[str, Any] = {
    "controllers": ["cpu", "memory"],
    "containers": [WEB],
    "postgres": {"settings": {"shared_buffers": "256MB", "jit": "off"}},
    "redis": {"settings": {"maxmemory": "100mb", "client-output-buffer-limit": "normal 32mb 16mb 60"}},
    "routes": [{"host": "www.example.org", "path": "/", "service": "web"}],
    "ports": [{"port": 443, "protocol": "tcp"}],
}
SEEN: dict[str, Any] = {
    "containers": [
        {
            "name": "shop-blue-web-1",
            "project": "shop-blue",
            "service": "web",
            "image": "web:1",
            "state": "running",
            "exit_code": 0,
            "health": "healthy",
            "oom_killed": False,
            "memory_bytes": 1024**3,
            "labels": {"holdfast.config": "abc", "other": "x"},
            "published": [{"address": "", "port": 443, "protocol": "tcp"}],
            "confined": {"privileged": False, "user": "app"},
        }
    ],
    "postgres": {
        "shared_buffers": {"setting": "32768", "unit": "8kB", "pending_restart": False},
        "jit": {"setting": "off", "unit": None, "pending_restart": False},
    },
    "redis": {"maxmemory": "104857600", "client-output-buffer-limit": "normal 0 0 0"},
    "routes": [{"host": "www.example.org", "path": "/", "service": "web", "status": 200, "body": "ok"}],
}


def _told(expect: dict[str, Any], seen: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.path, f"{finding.value} {finding.rule} {finding.hint}") for finding in compare(expect, seen)]


def _web(**changes: Any) -> dict[str, Any]:
    return SEEN | {"containers": [SEEN["containers"][0] | changes]}


def test_a_host_that_is_as_planned_has_no_finding() -> None:
    assert _told(EXPECT, SEEN) == []
    assert facts(SEEN) == ["1 containers", "4 settings", "1 routes"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "exited", "exit_code": 137}, "exit code 137"),
        ({"state": "restarting", "exit_code": 1}, "must be running"),
        ({"health": "unhealthy"}, "must be healthy"),
        ({"health": "starting"}, "must be healthy"),
        ({"oom_killed": True}, "raise its memory"),
        ({"image": "web:0"}, "must run web:1"),
        ({"labels": {}}, "holdfast.config=abc"),
        ({"memory_bytes": 0}, "memory limit of 1 GiB"),
        ({"service": "other"}, "0 found"),
        ({"project": None}, "0 found"),
    ],
)
def test_a_container_that_differs(changes: dict[str, Any], said: str) -> None:
    ((path, text),) = _told(EXPECT, _web(**changes))
    assert path == "containers.shop-blue.web"
    assert said in text


def test_a_container_with_other_bounds() -> None:
    ((path, text),) = _told(EXPECT, _web(confined={"privileged": True, "user": "app"}))
    assert path == "containers.shop-blue.web.privileged"
    assert "must be False" in text


def test_too_many_containers() -> None:
    ((path, text),) = _told(EXPECT, SEEN | {"containers": SEEN["containers"] * 2})
    assert path == "containers.shop-blue.web"
    assert "2 found" in text


# What ended before the first check of its image was never well in the engine's eyes.
@pytest.mark.parametrize("health", [None, "healthy", "starting", "unhealthy"])
@pytest.mark.parametrize(("exit_code", "count"), [(0, 0), (1, 1)])
def test_a_task_that_ends_well_is_well(exit_code: int, count: int, health: str | None) -> None:
    expect = EXPECT | {"containers": [WEB | {"once": True}]}
    assert len(_told(expect, _web(state="exited", exit_code=exit_code, health=health))) == count


@pytest.mark.parametrize(
    ("port", "count"),
    [
        ({"address": "0.0.0.0", "port": 5432, "protocol": "tcp"}, 1),  # noqa: S104
        ({"address": "", "port": 443, "protocol": "udp"}, 1),
        ({"address": "127.0.0.1", "port": 5432, "protocol": "tcp"}, 0),
        ({"address": "::1", "port": 5432, "protocol": "tcp"}, 0),
        ({"address": "::", "port": 443, "protocol": "tcp"}, 0),
    ],
)
def test_what_is_published_and_was_not_declared(port: dict[str, Any], count: int) -> None:
    stranger = SEEN["containers"][0] | {"project": None, "service": None, "name": "x", "published": [port]}
    found = _told(EXPECT, SEEN | {"containers": [*SEEN["containers"], stranger]})
    assert [path for path, _ in found] == [f"ports.{port['port']}/{port['protocol']}"] * count


def test_without_a_memory_controller_limits_are_told_once_and_refuse_nothing() -> None:
    found = compare(EXPECT | {"controllers": ["cpu"]}, _web(memory_bytes=0))
    assert [(finding.path, finding.level) for finding in found] == [("containers", "warning")]


@pytest.mark.parametrize(
    ("setting", "row", "said"),
    [
        ("jit", {"setting": "on", "unit": None, "pending_restart": False}, "must be off"),
        ("shared_buffers", {"setting": "1", "unit": "8kB", "pending_restart": False}, "1 8kB must be 256MB"),
        ("shared_buffers", {"setting": "1", "unit": "8kB", "pending_restart": True}, "waits for a restart"),
        ("jit", None, "that the server knows"),
    ],
)
def test_a_postgres_setting_that_differs(setting: str, row: dict[str, Any] | None, said: str) -> None:
    seen = deepcopy(SEEN)
    if row is None:
        del seen["postgres"][setting]
    else:
        seen["postgres"][setting] = row
    ((path, text),) = _told(EXPECT, seen)
    assert path == f"stores.postgres.settings.{setting}"
    assert said in text


@pytest.mark.parametrize("reported", [{"maxmemory": "0"}, {}])
def test_a_redis_setting_that_differs(reported: dict[str, str]) -> None:
    ((path, text),) = _told(EXPECT, SEEN | {"redis": reported})
    assert path == "stores.redis.settings.maxmemory"
    assert "must be 100mb" in text


@pytest.mark.parametrize("store", ["postgres", "redis"])
def test_a_store_that_does_not_answer_is_one_finding(store: str) -> None:
    ((path, text),) = _told(EXPECT, SEEN | {store: {"error": "no container of it is running"}})
    assert path == f"stores.{store}"
    assert "no container of it is running" in text


def test_stores_that_are_not_expected_are_not_asked_for() -> None:
    assert _told(EXPECT | {"postgres": None, "redis": None}, SEEN | {"postgres": {}, "redis": {}}) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "refused"}, "the edge must answer"),
        ({"status": 503, "body": "database: down"}, "503 database: down"),
        ({"status": 500, "body": ""}, "see service web"),
        ({"status": 404, "body": ""}, None),
        ({"status": 301, "body": ""}, None),
    ],
)
def test_routes(answer: dict[str, Any], said: str | None) -> None:
    route = {"host": "www.example.org", "path": "/", "service": "web"}
    found = _told(EXPECT, SEEN | {"routes": [route | answer]})
    assert [path for path, _ in found] == (["routes.www.example.org/"] if said else [])
    assert all(said in text for _, text in found if said)


POOLED = EXPECT | {
    "pooler": {
        "settings": {"pool_mode": "transaction"},
        "server": "db-direct",
        "databases": ["shop", "stats"],
        "roles": ["app", "stats"],
    }
}
POOLING: dict[str, Any] = {
    "settings": {"pool_mode": "transaction", "verbose": "0"},
    "databases": {"stats": "db-direct", "shop": "db-direct"},
    "roles": ["stats", "app"],
}


def test_a_pooler_that_is_as_planned_has_no_finding() -> None:
    seen = SEEN | {"pooler": POOLING}
    assert _told(POOLED, seen) == []
    assert facts(seen) == ["1 containers", "6 settings", "1 routes"]


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"settings": {"pool_mode": "session"}}, "pool.settings.pool_mode", "session must be transaction"),
        ({"settings": {}}, "pool.settings.pool_mode", "None must be transaction"),
        ({"databases": {"shop": "db-direct"}}, "pool.databases", "must lead shop, stats to db-direct"),
        ({"databases": {"shop": "db", "stats": "db-direct"}}, "pool.databases", "must lead shop, stats to db-direct"),
        ({"roles": ["app"]}, "pool.roles", "must know stats too"),
        ({"error": "no answer"}, "pool", "no answer must answer"),
    ],
)
def test_a_pooler_that_is_another(changes: dict[str, Any], path: str, said: str) -> None:
    ((where, text),) = _told(POOLED, SEEN | {"pooler": POOLING | changes})
    assert where == f"stores.postgres.{path}"
    assert said in text
