# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the managed stores can take the place of, and what is left as it is."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import EXTENSIONS
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_check import findings, has_vector, repository
from tests.planning import COMPOSE, wish


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("postgres", "postgres"),
        ("postgres:16", "postgres"),
        ("library/postgres:16", "postgres"),
        ("docker.io/library/postgres:16@sha256:0", "postgres"),
        ("registry.example.org:5000/library/postgres", "postgres"),
        ("localhost/postgres:16", "postgres"),
        ("pgvector/pgvector:pg16", "pgvector/pgvector"),
        ("registry.example.org/team/postgres:16", "team/postgres"),
    ],
)
def test_an_images_repository(image: str, name: str) -> None:
    assert repository(image) == name


@pytest.mark.parametrize(
    ("image", "vector"),
    [("postgres:16-alpine", False), ("docker.io/library/postgres:17", False), ("pgvector/pgvector:pg16", True)],
)
def test_an_image_that_the_managed_one_stands_for(image: str, vector: bool) -> None:
    made = wish(COMPOSE.replace("postgres:16", image))
    assert findings(made) == []
    assert has_vector(made) == vector


@pytest.mark.parametrize(
    "image", ["postgis/postgis:16-3.4", "timescale/timescaledb:latest-pg16", "bitnami/postgresql:16"]
)
def test_an_image_that_has_more_is_refused_by_name(image: str) -> None:
    (finding,) = findings(wish(COMPOSE.replace("postgres:16", image)))
    assert (finding.path, finding.value, finding.level) == ("compose.services.db.image", image, "error")
    assert "postgres:18" in finding.hint


def test_an_image_that_is_built_is_nobodys_guess() -> None:
    assert findings(wish(COMPOSE.replace("image: postgres:16", "build: ./db"))) == []


def _with(*extensions: str) -> list[tuple[str, str]]:
    database = {"name": "shop", "owner": "app", "extensions": list(extensions)}
    found = findings(wish(stores={"postgres": {"databases": [database]}}))
    assert {finding.level for finding in found} <= {"error"}
    return [(finding.path, finding.hint) for finding in found]


def test_extensions_that_the_images_have() -> None:
    assert _with("vector", "pg_trgm", "uuid-ossp", "pg_stat_statements") == []
    assert len(EXTENSIONS) == len(set(EXTENSIONS))


def test_an_extension_that_is_not_there_is_refused_with_the_nearest() -> None:
    path = "holdfast_stack.stores.postgres.databases[0].extensions"
    assert _with("hstore", "pg_trigram") == [(f"{path}[1]", "did you mean 'pg_trgm'?")]
    assert [told for told, _ in _with("postgis", "citext", "timescaledb")] == [f"{path}[0]", f"{path}[2]"]


@pytest.mark.parametrize(
    "image", ["mysql:8", "mariadb:11", "mongo:8", "docker.elastic.co/elasticsearch/elasticsearch:8.1.0", "redis:7"]
)
def test_a_server_that_no_store_takes_the_place_of_is_told_of(image: str) -> None:
    (finding,) = findings(wish(COMPOSE + f"  data: {{image: '{image}'}}\n"))
    assert (finding.path, finding.value, finding.level) == ("compose.services.data.image", image, "warning")
    assert "not backed up" in finding.rule


@pytest.mark.parametrize(
    ("server", "version", "words"),
    [
        ("redis", 7, None),
        ("redis", 8, None),
        ("valkey", 8, None),
        ("valkey", 9, None),
        ("redis", 9, ("7 or 8 for redis", "valkey")),
        ("valkey", 7, ("8 or 9 for valkey", "redis")),
    ],
)
def test_a_version_is_one_of_its_server(server: str, version: int, words: tuple[str, str] | None) -> None:
    found = findings(wish(stores={"redis": {"service": "cache", "server": server, "version": version}}))
    if words is None:
        assert found == []
        return
    (finding,) = found
    assert (finding.path, finding.value, finding.level) == ("holdfast_stack.stores.redis.version", version, "error")
    assert words[0] in finding.rule
    assert f"of {words[1]}:" in finding.hint
