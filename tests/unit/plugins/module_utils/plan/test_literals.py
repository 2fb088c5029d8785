# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which equal literals are one secret, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.literals import store_literals
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import Takeover, take_over
from tests.planning import COMPOSE, wish

BASE = (
    COMPOSE
    + """
  minio: {image: "minio:1", environment: {MINIO_ROOT_PASSWORD: %s}}
  meili: {image: "meili:1", environment: {MEILI_MASTER_KEY: %s}}
  mysql: {image: "mysql:8", environment: {MYSQL_PASSWORD: shared-dev, MYSQL_RANDOM_ROOT_PASSWORD: '1'}}
"""
)
STORES = {"objects": {"service": "minio"}, "search": {"service": "meili"}}


def _taken(environment: dict[str, str], minio: str = "m", meili: str = "s", **changes: Any) -> Takeover:
    made = wish(BASE % (minio, meili), stores=STORES, services={"worker": {"environment": environment}}, **changes)
    return take_over(made)


@pytest.mark.parametrize(
    ("name", "minio", "meili", "text"),
    [
        ("PGPASSWORD", "m", "s", "${POSTGRES_PASSWORD_APP}"),
        ("APP_DB_PASSWORD", "laptop-db", "s", "${POSTGRES_PASSWORD_APP}"),
        ("DJANGO_SUPERUSER_PASSWORD", "m", "s", "${DJANGO_SUPERUSER_PASSWORD}"),
        ("MONGO_PASSWORD", "laptop-db", "s", "${MONGO_PASSWORD}"),
        ("AWS_SECRET_ACCESS_KEY", "laptop-db", "s", "${MINIO_ROOT_PASSWORD}"),
        ("AWS_SECRET_ACCESS_KEY", "laptop-db", "laptop-db", "${MINIO_ROOT_PASSWORD}"),
        ("MEILI_API_KEY", "laptop-db", "laptop-db", "${MEILI_MASTER_KEY}"),
        ("POSTGRES_SUPERUSER_PASSWORD", "m", "s", "${POSTGRES_PASSWORD_APP}"),
    ],
)
def test_equality_counts_where_the_name_allows_it(name: str, minio: str, meili: str, text: str) -> None:
    taken = _taken({name: "laptop-db"}, minio, meili)
    assert taken.findings == []
    assert taken.environment["worker"][name] == text
    assert text[2:-1] in taken.secrets


@pytest.mark.parametrize("value", ["laptop-x", "laptop-db"])
def test_a_literal_of_two_stores_is_refused_where_the_name_does_not_decide(value: str) -> None:
    meili = "laptop-x" if value == "laptop-x" else "s"
    (finding,) = _taken({"ADMIN_PASSWORD": value}, value, meili).findings
    assert (finding.path, finding.value) == ("compose.services.worker.environment.ADMIN_PASSWORD", "(not shown)")


def test_the_superusers_password_is_no_roles() -> None:
    owners = [{"name": "a", "owner": "a"}, {"name": "b", "owner": "b"}]
    services = {"worker": {"environment": {"DB_PASSWORD": "laptop-db"}}}
    text = COMPOSE.replace("postgresql://app:laptop-db@db:5432/shop", "none")
    (finding,) = take_over(wish(text, stores={"postgres": {"databases": owners}}, services=services)).findings
    assert finding.path == "compose.services.worker.environment.DB_PASSWORD"


def test_equal_literals_of_services_are_one_secret() -> None:
    taken = _taken({"WORDPRESS_DB_PASSWORD": "shared-dev", "WORDPRESS_DB_HOST": "mysql"})
    assert taken.findings == []
    assert taken.environment["worker"]["WORDPRESS_DB_PASSWORD"] == "${WORDPRESS_DB_PASSWORD}"
    assert taken.environment["mysql"]["MYSQL_PASSWORD"] == "${WORDPRESS_DB_PASSWORD}"
    assert taken.environment["mysql"]["MYSQL_RANDOM_ROOT_PASSWORD"] == "1"
    assert "MYSQL_PASSWORD" not in taken.secrets
    assert "the same as WORDPRESS_DB_PASSWORD" in taken.decisions[-1].reason


def test_a_foreign_secret_that_another_service_holds_is_not_foreign() -> None:
    taken = _taken({"BROKER_API_KEY": "shared-dev"})
    assert taken.findings == []
    assert taken.environment["worker"]["BROKER_API_KEY"] == "${MYSQL_PASSWORD}"


def test_an_equal_literal_follows_the_declaration() -> None:
    taken = _taken({"STRIPE_TOKEN": "shared-dev"}, secrets={"MYSQL_PASSWORD": "provide"}, provided=["MYSQL_PASSWORD"])
    assert taken.findings == []
    assert taken.environment["worker"]["STRIPE_TOKEN"] == "${MYSQL_PASSWORD}"
    assert taken.secrets["MYSQL_PASSWORD"].origin == "provide"
    both = {"MYSQL_PASSWORD": "generate", "K": "generate"}
    assert _taken({"K": "shared-dev"}, secrets=both).environment["mysql"]["MYSQL_PASSWORD"] == "${K}"


@pytest.mark.parametrize("value", ["-----BEGIN RSA", "base64:aGVsbG8=", "Host=x;Password=hush", "amqp://a:hush@b/"])
def test_what_has_a_form_of_its_own_cannot_be_made_up(value: str) -> None:
    taken = _taken({"APP_KEY": value})
    (finding,) = taken.findings
    assert finding.path.endswith("APP_KEY")
    assert value not in str(taken)


def test_a_made_secret_has_a_name_that_compose_fills_in_and_no_store_has() -> None:
    environment = "    environment: {spring.admin.password: dev-one, POSTGRES_SUPERUSER_PASSWORD: dev-two}"
    taken = take_over(wish(COMPOSE.replace("    command: [run, worker]", environment)))
    assert taken.environment["worker"] == {
        "spring.admin.password": "${spring_admin_password}",
        "POSTGRES_SUPERUSER_PASSWORD": "${APP_POSTGRES_SUPERUSER_PASSWORD}",
    }


def test_a_kept_literal_is_kept_where_it_is_used_too() -> None:
    taken = _taken({"S3_SECRET": "laptop-s3"}, "laptop-s3", secrets={"MINIO_ROOT_PASSWORD": "keep"})
    assert taken.environment["worker"]["S3_SECRET"] == taken.environment["minio"]["MINIO_ROOT_PASSWORD"] == "laptop-s3"


def test_switches_and_numbers_are_no_store_literals() -> None:
    made = wish(COMPOSE.replace("POSTGRES_PASSWORD: laptop-db", "POSTGRES_PASSWORD: 'yes', PASSWORD_TRIES: '3'"))
    assert store_literals(made) == []
