# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What becomes of passwords and other secrets of a laptop's Compose file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import substitute
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_files import references, secret_files
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import (
    Takeover,
    databases,
    escape,
    role_secret,
    take_over,
)
from tests.planning import COMPOSE, wish

MADE = {
    "POSTGRES_PASSWORD_APP": "made-db",
    "POSTGRES_SUPERUSER_PASSWORD": "made-super",
    "REDIS_PASSWORD": "made-redis",
    "SECRET_KEY": "made-key",
}


def _worker(environment: dict[str, str], provided: Sequence[str] = (), **stores: Any) -> Takeover:
    """Return what becomes of a worker with these variables; secrets: the declaration's part about them, K=mode."""
    environment = dict(environment)
    secrets = {
        name: mode for name, _, mode in (value.partition("=") for value in environment.pop("secrets", "").split())
    }
    services = {"worker": {"environment": environment}}
    return take_over(wish(provided=provided, services=services, secrets=secrets, stores=stores))


@given(st.text(alphabet="ab$${}-\\_:? é", max_size=20))
def test_an_escaped_text_is_itself_again_after_compose_read_it(text: str) -> None:
    result = substitute(escape(text), {"a": "WRONG", "b": "WRONG"})
    assert (result.text, result.problems) == (text, ())


@pytest.mark.parametrize("role", ["app", "my-app", "a.b", "ä", "A_1"])
def test_a_role_secrets_name_is_one_that_compose_fills_in(role: str) -> None:
    name = role_secret(role)
    assert substitute(f"${{{name}}}", {name: "made"}).text == "made"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("{POSTGRES_USER: u, POSTGRES_DB: d}", ("d", "u")),
        ("{POSTGRES_USER: u}", ("u", "u")),
        ("{POSTGRES_DB: d}", ("d", "postgres")),
        ("{}", ("postgres", "postgres")),
    ],
)
def test_the_database_is_the_one_that_the_official_image_would_make(
    environment: str, expected: tuple[str, str]
) -> None:
    text = f"services: {{db: {{image: 'postgres:16', environment: {environment}}}, cache: {{image: 'redis:7'}}}}"
    assert [(each.name, each.owner) for each in databases(wish(text))] == [expected]
    declared = {"postgres": {"databases": [{"name": "x", "owner": "y"}]}}
    assert [(each.name, each.owner) for each in databases(wish(text, stores=declared))] == [("x", "y")]
    assert databases(wish(stores=None)) == ()


def test_connection_strings_carry_the_made_passwords() -> None:
    taken = take_over(wish())
    read = {key: substitute(value or "", MADE).text for key, value in taken.environment["web"].items()}
    assert read == {
        "DATABASE_URL": "postgresql://app:made-db@db:5432/shop",
        "REDIS_URL": "redis://:made-redis@cache:6379/0",
        "SECRET_KEY": "made-key",
    }
    assert set(taken.secrets) == set(MADE)
    assert {each.origin for each in taken.secrets.values()} == {"generate"}
    assert taken.findings == []
    assert set(taken.environment) == {"web", "worker"}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (
            "postgresql+asyncpg://app:x@db/shop?sslmode=disable",
            "postgresql+asyncpg://app:made-db@db/shop?sslmode=disable",
        ),
        ("postgres://app@db:5432/shop", "postgres://app:made-db@db:5432/shop"),
        ("redis://u:x@cache/1", "redis://:made-redis@cache/1"),
        ("http://web:8000/x", "http://web:8000/x"),
        ("plain $HOME ${X}", "plain $HOME ${X}"),
    ],
)
def test_what_a_value_becomes(value: str, read: str) -> None:
    taken = _worker({"V": value})
    assert taken.findings == []
    assert substitute(taken.environment["worker"]["V"] or "", MADE).text == read


def test_the_stores_password_by_itself_is_replaced_too() -> None:
    taken = _worker({"PGPASSWORD": "laptop-db", "REDIS_PASSWORD": "x", "DB_HOST": "db"})
    assert taken.environment["worker"] == {
        "PGPASSWORD": "${POSTGRES_PASSWORD_APP}",
        "REDIS_PASSWORD": "${REDIS_PASSWORD}",
        "DB_HOST": "db",
    }


@pytest.mark.parametrize(
    ("variables", "provided", "text", "origin"),
    [
        ({"secrets": "K=generate", "K": "dev"}, [], "${K}", "generate"),
        ({"secrets": "K=provide", "K": "dev"}, ["K"], "${K}", "provide"),
        ({"secrets": "K=provide", "K": ""}, ["K"], "${K}", "provide"),
        ({"secrets": "K=generate", "K": ""}, [], "${K}", "generate"),
        ({"secrets": "API_KEY=keep", "API_KEY": "d$v"}, [], "d$$v", None),
        ({"secrets": "API_KEY=generate", "API_KEY": "dev"}, [], "${API_KEY}", "generate"),
    ],
)
def test_the_declaration_decides(variables: dict[str, str], provided: list[str], text: str, origin: str | None) -> None:
    taken = _worker(variables, provided)
    name = variables["secrets"].partition("=")[0]
    assert taken.findings == []
    assert taken.environment["worker"][name] == text
    assert (taken.secrets[name].origin if name in taken.secrets else None) == origin


@pytest.mark.parametrize(
    ("variables", "path", "value"),
    [
        ({"API_KEY": "hush"}, "compose.services.worker.environment.API_KEY", "(not shown)"),
        ({"SENTRY_DSN": "https://u:hush@sentry.example.org/1"}, "environment.SENTRY_DSN", "(not shown)"),
        ({"secrets": "K=provide", "K": "dev"}, "app_secrets.K", None),
        ({"secrets": "K=provide"}, "holdfast_stack.secrets.K", "K"),
        ({"D": "postgres://root:x@db/shop"}, "environment.D", "root"),
        ({"D": "postgres://app:x@db/shp"}, "environment.D", "shp"),
        ({"REDIS_HOST": "cache"}, "compose.services.worker.environment.REDIS_HOST", "cache"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_without_showing_it(
    variables: dict[str, str], path: str, value: str | None
) -> None:
    (finding,) = _worker(variables).findings
    assert finding.path.endswith(path)
    assert finding.value == value
    assert finding.hint
    assert "hush" not in f"{finding.rule} {finding.hint}"


def test_a_value_that_nothing_asks_for_is_refused() -> None:
    (finding,) = take_over(wish(provided=["REDIS_PASWORD"])).findings
    assert (finding.path, finding.hint) == ("app_secrets.REDIS_PASWORD", "did you mean 'REDIS_PASSWORD'?")
    assert _worker({"secrets": "K=generate", "K": "dev"}, provided=["K", "REDIS_PASSWORD"]).findings == []


def test_redis_without_a_password_is_named_without_one() -> None:
    taken = _worker({"REDIS_HOST": "cache", "URL": "redis://cache:6379/0"}, redis={"auth": False})
    assert taken.findings == []
    assert taken.environment["worker"]["URL"] == "redis://cache:6379/0"
    assert "REDIS_PASSWORD" not in taken.secrets


def test_a_carried_store_gets_a_made_password_and_so_does_who_uses_it() -> None:
    text = COMPOSE + "  minio:\n    image: minio:1\n    environment: {MINIO_ROOT_PASSWORD: laptop-s3}\n"
    made = wish(
        text,
        stores={"objects": {"service": "minio"}},
        services={"worker": {"environment": {"AWS_SECRET_ACCESS_KEY": "laptop-s3"}}},
    )
    taken = take_over(made)
    assert taken.findings == []
    assert taken.environment["minio"] == {"MINIO_ROOT_PASSWORD": "${MINIO_ROOT_PASSWORD}"}
    assert taken.environment["worker"] == {"AWS_SECRET_ACCESS_KEY": "${MINIO_ROOT_PASSWORD}"}


def test_a_variable_without_a_value_stays_one() -> None:
    text = COMPOSE.replace("    command: [run, worker]", "    environment: {A: , SECRET_B: ''}")
    assert take_over(wish(text)).environment["worker"] == {"A": None, "SECRET_B": ""}


def test_a_connection_string_without_a_user_keeps_none_and_its_database_is_still_checked() -> None:
    environment = {"JDBC": "jdbc:postgresql://db/shop", "WRONG": "jdbc:postgresql://db/other"}
    taken = take_over(wish(services={"worker": {"environment": environment}}))
    assert taken.environment["worker"]["JDBC"] == "jdbc:postgresql://db/shop"
    assert [each.value for each in taken.findings] == ["other"]


def test_no_password_stays_where_redis_asks_for_none() -> None:
    taken = _worker({"R": "redis://:laptop@cache:6379"}, redis={"auth": False})
    assert taken.environment["worker"]["R"] == "redis://cache:6379"


def test_a_password_in_a_command_is_refused_and_not_shown() -> None:
    text = COMPOSE.replace("    command: [run, worker]", "    command: celery -b amqp://guest:laptop@rabbit//")
    (finding,) = take_over(wish(text)).findings
    assert finding.path == "compose.services.worker.command"
    assert "laptop" not in str(finding.as_dict())


DEV = "Hush9Laptop"
SHAPES = (
    "{p}",
    "postgres://app:{p}@db:5432/shop",
    "postgres://{p}:{p}@db/{p}",
    "postgres://other:{p}@db/other",
    "postgres://app:a/{p}@db/shop",
    "postgres://app:x@{p}@db/shop",
    "jdbc:postgresql://db/shop?user=app&password={p}",
    "redis://:{p}@cache:6379/0,redis://:{p}@elsewhere:6379/0",
    "redis://{p}:{p}@cache/0",
    "tcp://cache:6379?auth={p}",
    "amqp://guest:{p}@rabbit:5672//",
    "host=db user=app password={p} dbname=shop",
    "Host=db;Database=shop;Username=app;Password={p}",
)
PASSWORDS = ("PGPASSWORD", "DB_PASSWORD", "GITEA__database__PASSWD", "REDIS_PASSWORD", "SECRET_KEY", "STRIPE_API_KEY")
ENVIRONMENTS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.just(DEV) for name in PASSWORDS},
        **{name: st.sampled_from(SHAPES[1:]).map(lambda shape: shape.format(p=DEV)) for name in ("URL", "DB_URL", "X")},
        **{name: st.sampled_from(("db", "db:5432", "cache", "mysql")) for name in ("PGHOST", "DB_HOST", "REDIS_HOST")},
        **{name: st.sampled_from(("app", "root")) for name in ("PGUSER", "DB_USER")},
        **{name: st.sampled_from(("shop", "other")) for name in ("PGDATABASE", "DB_NAME")},
    },
)


@given(web=ENVIRONMENTS, worker=ENVIRONMENTS, auth=st.booleans(), same=st.booleans())
def test_no_development_password_is_planned_or_told(
    web: dict[str, str], worker: dict[str, str], auth: bool, same: bool
) -> None:
    text = COMPOSE.replace("laptop-db", DEV if same else "laptop-db")
    services = {"web": {"environment": web}, "worker": {"environment": worker}}
    made = wish(text, stores={"redis": {"auth": auth}}, services=services)
    taken = take_over(made)
    assert DEV not in json.dumps(asdict(taken))
    assert DEV not in json.dumps(secret_files(made, taken, None))
    for variables in taken.environment.values():
        assert all(name in taken.secrets for name in references(variables.values())) or taken.findings
