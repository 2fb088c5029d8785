# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rendered stores: of our own definition, under every name that applications use, on volumes of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.planning import COMPOSE, STACK, merged, planned


def _projects(directory: Path, text: str = COMPOSE, **changes: Any) -> dict[str, Any]:
    projects: dict[str, Any] = planned(directory, raw=merged(STACK, changes), compose=text)["projects"]
    return projects


def test_no_key_of_the_users_gives_the_name_of_a_managed_stores_volume(tmp_path: Path) -> None:
    keys = ["postgres-data", "stores_postgres", "postgres", "redis-data"]
    text = COMPOSE.replace("  worker:", f"    volumes: {[f'{key}:/{key}' for key in keys]}\n  worker:")
    projects = _projects(tmp_path, f"{text}volumes: {{{', '.join(f'{key}: ' for key in keys)}}}\n")
    managed = {each["name"] for each in projects["stores"]["volumes"].values()}
    assert managed == {"shop-stores_postgres", "shop-stores_redis"}
    named = [each["name"] for each in projects["app"]["volumes"].values()]
    assert len(named) == len(keys)
    assert not managed & set(named)


def test_a_carried_stores_volume_of_a_managed_ones_name_is_another(tmp_path: Path) -> None:
    text = COMPOSE + "  minio: {image: 'minio:1', volumes: ['postgres-data:/data']}\nvolumes: {postgres-data: }\n"
    stores = _projects(tmp_path, text, stores={"objects": {"service": "minio"}})["stores"]
    assert {key: each["name"] for key, each in stores["volumes"].items()} == {
        "holdfast-postgres": "shop-stores_postgres",
        "holdfast-redis": "shop-stores_redis",
        "postgres-data": "shop_postgres-data",
    }


def test_a_store_answers_to_every_name_of_its_compose_service(tmp_path: Path) -> None:
    text = COMPOSE.replace('cache: {image: "redis:7"}', 'cache: {image: "redis:7", container_name: shop_cache}')
    text += "  minio: {image: 'minio:1', hostname: objects}\n"
    services = _projects(tmp_path, text, stores={"objects": {"service": "minio"}})["stores"]["services"]
    assert services["cache"]["networks"] == {"holdfast-stores": {"aliases": ["shop_cache"]}}
    assert services["minio"]["networks"] == {"holdfast-stores": {"aliases": ["objects"]}}
    assert services["db"]["networks"] == ["holdfast-stores"]


def test_postgres_and_redis_are_of_our_own_definition(tmp_path: Path) -> None:
    stores = _projects(tmp_path)["stores"]
    db, cache = stores["services"]["db"], stores["services"]["cache"]
    assert db["image"] == "postgres:18"
    assert db["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/POSTGRES_SUPERUSER_PASSWORD"
    assert db["volumes"][0] == "holdfast-postgres:/var/lib/postgresql"
    assert stores["secrets"]["redis_auth"] == {"file": "/etc/holdfast/secrets/redis_auth.conf"}
    assert cache["healthcheck"]["test"][1].startswith("REDISCLI_AUTH=")
    assert "$$(" in cache["healthcheck"]["test"][1]


@pytest.mark.parametrize(
    ("postgres", "image", "volume"),
    [
        ({"version": 17}, "postgres:17", "/var/lib/postgresql/data"),
        (
            {"databases": [{"name": "shop", "owner": "app", "extensions": ["vector"]}]},
            "pgvector/pgvector:pg18",
            "/var/lib/postgresql",
        ),
    ],
)
def test_postgres_by_version_and_extensions(tmp_path: Path, postgres: dict[str, Any], image: str, volume: str) -> None:
    db = _projects(tmp_path, stores={"postgres": postgres})["stores"]["services"]["db"]
    assert db["image"] == image
    assert db["volumes"][0] == f"holdfast-postgres:{volume}"


def test_redis_without_a_password_mounts_none(tmp_path: Path) -> None:
    stores = _projects(tmp_path, stores={"redis": {"auth": False}})["stores"]
    assert "secrets" not in stores["services"]["cache"]
    assert "redis_auth" not in stores["secrets"]
    assert stores["services"]["cache"]["healthcheck"]["test"][1].startswith("redis-cli")


@pytest.mark.parametrize(
    ("settings", "replaced"),
    [({"log_min_duration_statement": "321ms"}, False), ({"max_locks_per_transaction": "70"}, True)],
)
def test_only_a_setting_that_needs_a_restart_is_another_label(
    tmp_path: Path, settings: dict[str, str], replaced: bool
) -> None:
    first = _projects(tmp_path)["stores"]["services"]
    second = _projects(tmp_path, stores={"postgres": {"settings": settings}})["stores"]["services"]
    assert (first["db"]["labels"] != second["db"]["labels"]) is replaced
    assert first["cache"]["labels"] == second["cache"]["labels"]


def test_a_settings_label_is_json_with_its_dollars_doubled(tmp_path: Path) -> None:
    settings = {"cluster_name": "'a$b'"}
    labels = _projects(tmp_path, stores={"postgres": {"settings": settings}})["stores"]["services"]["db"]["labels"]
    assert "a$$b" in labels["holdfast.settings"]
    assert json.loads(labels["holdfast.settings"].replace("$$", "$"))["cluster_name"] == "'a$b'"


@pytest.mark.parametrize(
    ("server", "version", "image"),
    [("redis", 7, "redis:7"), ("valkey", 8, "valkey/valkey:8"), ("valkey", 9, "valkey/valkey:9")],
)
def test_valkey_runs_by_its_own_names_on_the_same_volume(tmp_path: Path, server: str, version: int, image: str) -> None:
    stores = _projects(tmp_path, stores={"redis": {"server": server, "version": version}})["stores"]
    cache = stores["services"]["cache"]
    assert cache["image"] == image
    assert cache["command"] == [f"{server}-server", "/usr/local/etc/redis/redis.conf"]
    assert f" {server}-cli ping" in cache["healthcheck"]["test"][1]
    assert cache["volumes"][0] == "holdfast-redis:/data"
