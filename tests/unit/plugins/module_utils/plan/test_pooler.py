# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The pooler's part of the plan: names that nothing else has, and the same wiring for every size."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils.plan.pooler import CONSOLE, SOCKETS, findings
from tests.planning import COMPOSE, STACK, merged, planned


def _pooler(directory: Path, text: str = COMPOSE, **pool: Any) -> dict[str, Any]:
    raw = merged(STACK, {"stores": {"postgres": {"pool": {"clients": 50} | pool}}})
    found: dict[str, Any] = planned(directory, raw=raw, compose=text)["stores"]["postgres"]["pooler"]
    return found


def test_without_a_pool_there_is_none(tmp_path: Path) -> None:
    assert planned(tmp_path)["stores"]["postgres"]["pooler"] is None


@pytest.mark.parametrize(
    ("more", "service", "server"),
    [
        ("", "pgbouncer", "db-direct"),
        ("  pgbouncer: {image: 'p:1'}\n", "holdfast-pgbouncer", "db-direct"),
        ("  other: {image: 'p:1', container_name: pgbouncer}\n", "holdfast-pgbouncer", "db-direct"),
        ("  db-direct: {image: 'p:1'}\n", "pgbouncer", "holdfast-db-direct"),
        ("  other: {image: 'p:1', hostname: db-direct}\n", "pgbouncer", "holdfast-db-direct"),
    ],
)
def test_no_name_is_one_of_the_users(tmp_path: Path, more: str, service: str, server: str) -> None:
    pooler = _pooler(tmp_path, COMPOSE + more)
    assert (pooler["service"], pooler["server"]) == (service, server)


def test_every_setting_comes_once_with_its_reason(tmp_path: Path) -> None:
    settings = _pooler(tmp_path)["settings"]
    names = [each["name"] for each in settings]
    assert len(set(names)) == len(names)
    assert {"auth_type", "auth_file", "listen_addr", "pool_mode", "default_pool_size"} <= set(names)
    assert all(each["reason"] and "\n" not in each["reason"] for each in settings)
    values = {each["name"]: each["value"] for each in settings}
    assert (values["auth_type"], values["listen_port"]) == ("scram-sha-256", "5432")


@pytest.mark.parametrize(("clients", "files"), [(50, 1024), (2000, 3072), (10_000, 10_240)])
def test_it_may_open_a_file_for_every_client_and_server(tmp_path: Path, clients: int, files: int) -> None:
    pooler = _pooler(tmp_path, clients=clients)
    assert pooler["files"] == files
    assert files > clients + pooler["server_connections"]


@pytest.mark.parametrize(
    ("name", "refused"), [("shop", False), ("shop-1.x_y", False), ("a b", True), ('a"b', True), ("pgbouncer", True)]
)
def test_a_name_that_it_cannot_lead_to(name: str, refused: bool) -> None:
    found = list(findings(["fine", name], "p"))
    assert [each.value for each in found] == ([name] if refused else [])
    assert {each.path for each in found} <= {"p.databases"}


def test_the_role_asks_the_console_where_it_is(tmp_path: Path) -> None:
    tasks = yaml.safe_load(Path("roles/stores/tasks/run.yml").read_text(encoding="utf-8"))
    (words,) = [each[name]["argv"] for each in tasks for name in each if name.endswith("docker_compose_v2_exec")]
    port = next(each["value"] for each in _pooler(tmp_path)["settings"] if each["name"] == "listen_port")
    given = dict(pairwise(words))
    assert [given[option] for option in ("-h", "-p", "-U", "-d")] == [SOCKETS, port, CONSOLE, CONSOLE]
