# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stores, asked directly: they run as planned, and answer to nobody without a password or from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.running import Container, containers, one
from tests.acceptance.scenarios import WATCHER, Scenario, shell
from tests.lab.shell import LabError

Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def postgres(scenario: Scenario) -> Container:
    """Return the container of PostgreSQL."""
    return one(scenario, scenario.plan["stores"]["postgres"]["service"])


@pytest.fixture(scope="module")
def redis(scenario: Scenario) -> Container:
    """Return the container of Redis."""
    return one(scenario, scenario.plan["stores"]["redis"]["service"])


@pytest.fixture(scope="module")
def sql(scenario: Scenario, postgres: Container) -> Ask:
    """Return a function that asks the server, as its superuser on its own socket, for one JSON value."""
    user = scenario.plan["stores"]["postgres"]["superuser"]
    psql = ["docker", "exec", "-i", postgres.identity, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", user]

    def ask(query: str) -> Any:
        return json.loads(scenario.inside(*psql, "-d", "postgres", stdin=query))

    return ask


def test_postgres_itself_says_that_each_planned_line_is_in_force(scenario: Scenario, sql: Ask) -> None:
    rows = sql(
        "SELECT json_agg(json_build_object('name', name, 'setting', setting, 'applied', applied, 'error', error)) "
        "FROM pg_file_settings"
    )
    lines = {row["name"]: (row["setting"], row["applied"], row["error"]) for row in rows}
    planned = scenario.plan["stores"]["postgres"]["settings"]
    assert lines == {each["name"]: (each["value"].strip("'"), True, None) for each in planned}
    assert sql("SELECT count(*) FROM pg_settings WHERE pending_restart") == 0
    assert sql("SELECT json_agg(DISTINCT source) FROM pg_settings WHERE source LIKE 'configuration%'") == [
        "configuration file"
    ]


def test_data_pages_carry_checksums(sql: Ask) -> None:
    assert sql("SELECT to_json(current_setting('data_checksums'))") == "on"


def test_application_roles_are_ordinary_and_their_passwords_salted(scenario: Scenario, sql: Ask) -> None:
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    rows = sql(
        f"SELECT json_object_agg(rolname, json_build_array({powers}, rolpassword LIKE 'SCRAM-SHA-256$%'))"  # noqa: S608
        " FROM pg_authid WHERE rolcanlogin"
    )
    superuser = scenario.plan["stores"]["postgres"]["superuser"]
    roles = {role["name"] for role in scenario.plan["stores"]["postgres"]["roles"]}
    assert roles
    assert rows == {superuser: [True, True], **{role: [False, True] for role in roles}}
    methods = sql("SELECT json_agg(DISTINCT auth_method) FROM pg_hba_file_rules WHERE type = 'host'")
    assert not {"password", "md5"} & set(methods)


def test_databases_belong_to_their_roles(scenario: Scenario, sql: Ask) -> None:
    rows = sql("SELECT json_object_agg(datname, pg_get_userbyid(datdba)) FROM pg_database WHERE datallowconn")
    for database in scenario.plan["stores"]["postgres"]["databases"]:
        assert rows[database["name"]] == database["owner"]


def addresses(container: Container) -> list[str]:
    """Return a container's addresses: of the stores' network, and of the backups' where it sends its log."""
    return [str(network["IPAddress"]) for network in container.inspected["NetworkSettings"]["Networks"].values()]


def over_network(scenario: Scenario, postgres: Container, role: str, database: str, password: str) -> str:
    """Return what PostgreSQL says to a client on its network, or its refusal."""
    client = ["docker", "exec", "-i", "-e", "PGPASSWORD", postgres.identity, "psql", "-XAtq", "-U", role]
    asking = f"{' '.join(client)} -h {addresses(postgres)[0]} -d {database} -c 'SELECT 1'"
    script = f"read -r PGPASSWORD; export PGPASSWORD; {asking}"
    try:
        return scenario.inside("sh", "-c", script, stdin=f"{password}\n").strip()
    except LabError as refused:
        return str(refused)


def test_a_wrong_database_password_is_refused(scenario: Scenario, postgres: Container) -> None:
    for database in scenario.plan["stores"]["postgres"]["databases"]:
        role, name = database["owner"], database["name"]
        secret = next(each["secret"] for each in scenario.plan["stores"]["postgres"]["roles"] if each["name"] == role)
        right = scenario.inside("cat", f"/etc/holdfast/secrets/{secret}")
        assert over_network(scenario, postgres, role, name, right) == "1"
        assert "password authentication failed" in over_network(scenario, postgres, role, name, f"{right}x")


def test_redis_answers_nobody_without_its_password(scenario: Scenario, redis: Container) -> None:
    ping = ("docker", "exec", redis.identity, "redis-cli", "-h", addresses(redis)[0], "PING")
    assert "NOAUTH" in scenario.inside(*ping)


def test_redis_runs_with_its_planned_settings(scenario: Scenario, redis: Container) -> None:
    script = (
        'read -r REDISCLI_AUTH; export REDISCLI_AUTH; docker exec -e REDISCLI_AUTH "$0" redis-cli --json CONFIG GET "*"'
    )
    password = scenario.inside("cat", "/etc/holdfast/secrets/REDIS_PASSWORD")
    live = json.loads(scenario.inside("sh", "-c", script, redis.identity, stdin=f"{password}\n"))
    planned = {each["name"]: each["value"] for each in scenario.plan["stores"]["redis"]["settings"]}
    limit = redis.inspected["HostConfig"]["Memory"] or scenario.plan["stores"]["redis"]["limit_bytes"]
    # Half of it at most: a fork that saves may copy every page.
    assert 0 < int(live["maxmemory"]) <= limit / 2
    assert f"{int(live['maxmemory']) // 1024**2}mb" == planned["maxmemory"]
    for name in ("maxmemory-policy", "appendonly", "appendfsync", "maxclients", "tcp-keepalive", "timeout"):
        assert live[name] == planned.get(name, live[name]), name
    use = scenario.plan["stores"]["redis"]["use"]
    assert live["maxmemory-policy"] == {"queue": "noeviction", "cache": "allkeys-lru"}[use]


def test_no_store_publishes_a_port(scenario: Scenario) -> None:
    stores = [each for each in containers(scenario) if each.project.endswith("-stores")]
    assert stores
    for container in stores:
        assert not container.inspected["HostConfig"]["PortBindings"], container.service


def test_stores_are_out_of_reach_from_another_host(scenario: Scenario, postgres: Container, redis: Container) -> None:
    """Neither on the host's address nor on the containers' own, to which a neighbour can always add a route."""
    inner = {address: port for store, port in ((postgres, 5432), (redis, 6379)) for address in addresses(store)}
    targets = [*inner.items(), *((scenario.row.address, port) for port in (5432, 6379))]
    routes = "\n".join(f"ip route replace {each}/32 via {scenario.row.address}" for each in inner)
    clean = "\n".join(f"ip route del {each}/32" for each in inner)
    script = f"""
import socket
for address, port in {targets!r}:
    try:
        socket.create_connection((address, port), 3).close()
        print(address, port, "open")
    except OSError as refused:
        print(address, port, "closed")
"""
    shell(WATCHER, routes)
    try:
        seen = shell(WATCHER, f"python3 - <<'END'{script}END").splitlines()
    finally:
        shell(WATCHER, clean)
    assert seen == [f"{address} {port} closed" for address, port in targets]
