# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whom variables address, and whose password stands beside a host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.store_names import addressed, host_of
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import Takeover, take_over
from tests.planning import COMPOSE, wish

NAMED = COMPOSE.replace(
    "    image: postgres:16\n", "    image: postgres:16\n    container_name: shop_pg\n    hostname: data\n"
)
OWNERS = {"postgres": {"databases": [{"name": "analytics", "owner": "analytics"}, {"name": "shop", "owner": "app"}]}}


def _taken(environment: dict[str, str], text: str = COMPOSE, **changes: Any) -> Takeover:
    return take_over(wish(text, services={"worker": {"environment": environment}}, **changes))


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("db", "db"),
        ("db:5432", "db"),
        ("redis://:x@cache:6379/0", "cache"),
        ("jdbc:postgresql://db/shop", "db"),
        ("postgres://app:p@ss@db/shop", "db"),
        ("a b", None),
        ("db,other", None),
        ("redis://a,redis://b", None),
    ],
)
def test_a_value_names_a_host(value: str, host: str | None) -> None:
    assert host_of(value) == host


def test_a_host_variable_speaks_for_its_prefix_and_a_url_only_of_a_store() -> None:
    given = {
        "PGHOST": "db",
        "WP_DB_HOST": "mysql:3306",
        "SITE_URL": "http://web",
        "KC_DB_URL": "jdbc:postgresql://db/s",
    }
    assert addressed(wish(), {**given, "CACHE_ADDR": "cache:6379", "EMPTY_HOST": None}) == {
        "PG": "postgres",
        "WP_DB_": "",
        "KC_DB_": "postgres",
        "CACHE_": "redis",
    }


@pytest.mark.parametrize(
    ("host", "user", "database", "password"),
    [
        ("PGHOST", "PGUSER", "PGDATABASE", "PGPASSWORD"),
        ("DB_HOST", "DB_USER", "DB_NAME", "DB_PASS"),
        ("DB_POSTGRESDB_HOST", "DB_POSTGRESDB_USER", "DB_POSTGRESDB_DATABASE", "DB_POSTGRESDB_PASSWORD"),
        ("GITEA__database__HOST", "GITEA__database__USER", "GITEA__database__NAME", "GITEA__database__PASSWD"),
        ("POSTGRES_SERVER", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"),
        ("KC_DB_URL_HOST", "KC_DB_USERNAME", "KC_DB_NAME", "KC_DB_PASSWORD"),
        ("dbHost", "dbUser", "dbName", "dbPassword"),
    ],
)
@pytest.mark.parametrize("address", ["db", "db:5432", "shop_pg", "data:5432"])
def test_siblings_of_a_host_are_its_login(host: str, user: str, database: str, password: str, address: str) -> None:
    login = {host: address, user: "app", database: "shop", password: "other-dev"}
    taken = _taken(login, NAMED, stores=OWNERS)
    assert taken.findings == []
    assert taken.environment["worker"] == login | {password: "${POSTGRES_PASSWORD_APP}"}
    assert [each.done for each in taken.decisions if each.path.endswith(password)] == [
        "replaced by POSTGRES_PASSWORD_APP"
    ]


@pytest.mark.parametrize(
    ("environment", "path", "value"),
    [
        ({"DB_HOST": "db", "DB_USER": "root", "DB_PASSWORD": "x"}, "DB_USER", "root"),
        ({"DB_HOST": "db", "DB_USER": "p!w-1", "DB_PASSWORD": "x"}, "DB_USER", "(not shown)"),
        ({"PGHOST": "db", "PGUSER": "app", "PGDATABASE": "shp", "PGPASSWORD": "x"}, "PGDATABASE", "shp"),
        ({"DB_URL": "postgres://hu%2Fsh:x@db/shop"}, "DB_URL", "(not shown)"),
        ({"DB_URL": "postgres://app:x@db/hu-sh!"}, "DB_URL", "(not shown)"),
        ({"DB_URL": "postgres://app@db/shop?password=hush"}, "DB_URL", "(not shown)"),
        ({"URLS": "postgres://app:hush@db/shop,postgres://app:hush@other/shop"}, "URLS", "(not shown)"),
        ({"URLS": "redis://cache:6379,redis://other:6379"}, "URLS", "(not shown)"),
    ],
)
def test_a_login_of_nobody_is_refused(environment: dict[str, str], path: str, value: str) -> None:
    taken = _taken(environment)
    (finding,) = taken.findings
    assert (finding.path, finding.value) == (f"compose.services.worker.environment.{path}", value)
    assert "hush" not in str(taken)


def test_nothing_is_guessed_where_no_variable_says_whose_password_it_is() -> None:
    text = COMPOSE.replace("POSTGRES_USER: app", "POSTGRES_USER: root")
    (finding,) = _taken({"DB_HOST": "db", "DB_PASSWD": "x"}, text, stores=OWNERS).findings
    assert finding.path == "compose.services.worker.environment.DB_PASSWD"
    taken = _taken({"DB_HOST": "db", "DB_NAME": "analytics", "DB_PASSWD": "x"}, text, stores=OWNERS)
    assert taken.environment["worker"]["DB_PASSWD"] == "${POSTGRES_PASSWORD_ANALYTICS}"


def test_a_bare_host_says_nothing_about_user_and_name() -> None:
    taken = _taken({"HOST": "db", "USER": "deploy", "NAME": "worker-1", "PASSWORD": "x"})
    assert taken.findings == []
    assert taken.environment["worker"]["PASSWORD"] == "${POSTGRES_PASSWORD_APP}"


@pytest.mark.parametrize("given", ["x", ""])
def test_a_password_beside_the_managed_redis_is_its_own(given: str) -> None:
    login = {"QUEUE_HOST": "cache:6379", "QUEUE_PASSWORD": given}
    taken = _taken(login)
    assert taken.findings == []
    assert taken.environment["worker"]["QUEUE_PASSWORD"] == "${REDIS_PASSWORD}"
    assert _taken(login, stores={"redis": {"auth": False}}).environment["worker"]["QUEUE_PASSWORD"] == ""


def test_a_redis_without_a_password_gets_none_and_it_is_told() -> None:
    taken = _taken({"REDIS_PASSWORD": "x"}, stores={"redis": {"auth": False}})
    assert taken.environment["worker"] == {"REDIS_PASSWORD": ""}
    assert [each.done for each in taken.decisions if each.path.endswith("REDIS_PASSWORD")] == ["is empty"]


def test_another_redis_keeps_a_password_of_its_own() -> None:
    taken = _taken({"REDIS_CACHE_HOST": "elsewhere", "REDIS_CACHE_PASSWORD": "x"})
    assert taken.environment["worker"]["REDIS_CACHE_PASSWORD"] == "${REDIS_CACHE_PASSWORD}"
