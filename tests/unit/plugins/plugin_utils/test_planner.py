# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan from the controller's disk: whole, JSON-able, quick, and without any secret."""

from __future__ import annotations

import json
import string
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import substitute
from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import escape
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan
from tests.planning import COMPOSE, STACK, attempt, host, lay, merged, planned

# A part that is in nothing else, and what is hard to quote.
SECRET = st.text(alphabet=string.ascii_letters + string.digits + "$-_.!~%{}", max_size=16).map("hush-{}".format)
SECRETS = st.lists(SECRET, min_size=4, max_size=4, unique=True)
LEAKY = """
services:
  db:
    image: postgres:16
    command: postgres -c x={0}
    environment: {{POSTGRES_USER: app, POSTGRES_PASSWORD: '{0}'}}
    healthcheck: {{test: 'PGPASSWORD={0} psql'}}
  cache: {{image: 'redis:7', command: 'redis-server --requirepass {1}'}}
  minio: {{image: 'minio:1', environment: {{MINIO_ROOT_PASSWORD: '{2}'}}}}
  web:
    image: web:1
    environment:
      - DATABASE_URL=postgresql://app:{0}@db:5432/app
      - PGPASSWORD={0}
      - REDIS_URL=redis://:{1}@cache:6379/0
      - REDIS_PASSWORD={1}
      - AWS_SECRET_ACCESS_KEY={2}
      - SECRET_KEY={3}
      - STRIPE_API_KEY={3}
      - MAIL_TOKEN={3}
"""
LEAKY_STACK = merged(
    STACK,
    {
        "stores": {"objects": {"service": "minio"}},
        "services": {"web": {"routes": None}},
        "secrets": {"STRIPE_API_KEY": "provide", "MAIL_TOKEN": "generate"},
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SECRETS)
def test_no_literal_secret_ever_stands_in_a_plan(tmp_path: Path, secrets: list[str]) -> None:
    compose = LEAKY.format(*map(escape, secrets))
    plan = planned(tmp_path, raw=LEAKY_STACK, compose=compose, provided=["STRIPE_API_KEY"])
    assert "hush-" not in json.dumps(plan)
    values = plan["environment"]["web"].values()
    assert all("$" in value for value in values)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SECRETS)
def test_no_refusal_shows_a_literal_secret(tmp_path: Path, secrets: list[str]) -> None:
    _, findings = attempt(
        tmp_path,
        merged(LEAKY_STACK, {"secrets": None, "stores": {"postgres": {"databases": [{"name": "a", "owner": "b"}]}}}),
        compose=LEAKY.format(*map(escape, secrets)),
    )
    assert len(errors(findings)) >= 3
    assert "hush-" not in explain(findings)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=string.ascii_letters + "$-_.!{}:? ", min_size=1, max_size=20))
def test_a_value_with_dollars_reaches_the_application_as_it_is(tmp_path: Path, value: str) -> None:
    raw = merged(STACK, {"services": {"web": {"environment": {"MOTTO": value}}}})
    rendered = planned(tmp_path, raw=raw)["projects"]["app"]["services"]["web"]["environment"]["MOTTO"]
    result = substitute(rendered, dict.fromkeys(string.ascii_letters, "WRONG"))
    assert (result.text, result.problems) == (value, ())


def test_a_plan_is_json_and_depends_on_nothing_but_its_input(tmp_path: Path) -> None:
    first, second = (planned(tmp_path) for _ in range(2))
    assert json.loads(json.dumps(first)) == first
    assert json.dumps(first) == json.dumps(second)
    # Where the checkout lies decides nothing.
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert planned(other) == first


def _services(count: int) -> tuple[dict[str, Any], str]:
    names = [f"service-{number}" for number in range(count)]
    text = COMPOSE + "".join(
        f"  {name}:\n    image: web:1\n    ports: ['{9000 + number}:80']\n    depends_on: [db]\n"
        f"    environment: {{DATABASE_URL: 'postgresql://app:laptop-db@db:5432/shop', SECRET_KEY: x, A: 1}}\n"
        for number, name in enumerate(names)
    )
    routes = {name: {"routes": [{"host": f"{name}.example.org"}]} for name in names}
    return merged(STACK, {"services": routes}), text


def test_sixty_services_are_planned_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw, text = _services(60)
    on = host(memory_bytes=64 * GIB, cpus=16.0)
    started = time.perf_counter()
    plan = planned(tmp_path, raw=raw, compose=text, on=on)
    seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f"[{len(plan['app']['services'])} services planned in {seconds * 1000:.0f} ms]", end=" ")  # noqa: T201
    assert len(plan["projects"]["app"]["services"]) == 62
    # Generous: a loaded machine is slow, not wrong. It takes a tenth of it on two idle CPUs.
    assert seconds < 0.5


def test_several_compose_files_and_the_env_file_beside_them(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text("services: {worker: {image: 'worker:${TAG}-${FLAVOUR}'}}\n", encoding="utf-8")
    (tmp_path / ".env").write_text("TAG=1\nFLAVOUR=plain\n", encoding="utf-8")
    raw = merged(STACK, {"compose": ["compose.yaml", "over.yaml"], "variables": {"TAG": 2}})
    assert planned(tmp_path, raw=raw)["images"]["worker"] == "worker:2-plain"


def test_files_beside_the_compose_file_are_shipped(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("x", encoding="utf-8")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/b.ini").write_text("y", encoding="utf-8")
    compose = COMPOSE + "    volumes: ['./a.ini:/a.ini', './conf:/conf:ro', '/etc/hosts:/hosts']\n"
    plan = planned(tmp_path, compose=compose)
    assert [(Path(each["source"]).name, each["directory"]) for each in plan["app"]["files"]] == [
        ("a.ini", False),
        ("conf", True),
    ]
    before = plan["projects"]["app"]["services"]["worker"]["labels"]
    (tmp_path / "conf/b.ini").write_text("z", encoding="utf-8")
    assert planned(tmp_path, compose=compose)["projects"]["app"]["services"]["worker"]["labels"] != before


def test_data_beside_the_compose_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mysql").mkdir()
    (tmp_path / "mysql/ibdata1").write_text("x", encoding="utf-8")
    (tmp_path / "a.ini").write_text("x", encoding="utf-8")
    seen = []
    read_bytes = Path.read_bytes

    def watched(path: Path) -> bytes:
        seen.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", watched)
    compose = COMPOSE + "    volumes: ['./mysql:/var/lib/mysql', './a.ini:/a.ini']\n"
    planned(
        tmp_path, compose=compose, raw=merged(STACK, {"services": {"worker": {"mounts": {"/var/lib/mysql": "volume"}}}})
    )
    assert "a.ini" in seen
    assert "ibdata1" not in seen


def test_certificates_beside_the_inventory(tmp_path: Path) -> None:
    raw = merged(STACK, {"tls": {"mode": "files", "certificate": "a.pem", "key": "b.pem"}})
    (tmp_path / "a.pem").touch()
    _, findings = attempt(tmp_path, raw)
    assert [(finding.path, finding.value) for finding in errors(findings)] == [("holdfast_stack.tls.key", "b.pem")]
    (tmp_path / "b.pem").touch()
    assert planned(tmp_path, raw=raw)["edge"]["tls"]["certificate"] == "a.pem"


@pytest.mark.parametrize(("mode", "planned_too"), [("enforce", False), ("warn", True)])
def test_a_host_below_its_tier_is_refused_or_told_of(tmp_path: Path, mode: str, planned_too: bool) -> None:
    plan, findings = attempt(tmp_path, merged(STACK, {"tier": "enterprise"}), mode=mode)
    assert (plan is not None) == planned_too
    assert "host.cpus" in [finding.path for finding in findings]
    assert plan is None or "host.cpus" in [warning["path"] for warning in plan["warnings"]]


def test_a_tier_of_the_users_own(tmp_path: Path) -> None:
    raw = merged(STACK, {"tiers": {"own": {"cpus": 1, "memory": "1GiB", "disk": "5GiB"}}}) | {"tier": "own"}
    tier = planned(tmp_path, raw=raw)["tier"]
    assert (tier["name"], tier["smallest"], tier["needs"]) == ("own", "own", [])


def test_what_is_wrong_with_the_declared_own_tier_is_told_once(tmp_path: Path) -> None:
    raw = merged(STACK, {"tiers": {"own": {"cpus": 0, "memory": "1GiB", "disk": "5GiB"}}}) | {"tier": "own"}
    _, findings = attempt(tmp_path, raw)
    assert [(each.path, each.value) for each in errors(findings)] == [("holdfast_stack.tiers.own.cpus", 0)]


def test_what_a_tier_needs_is_in_the_plan_and_among_its_warnings(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=STACK | {"tier": "local"})
    assert {"a GitHub token, recommended for discovery": "unmet"}.items() <= {
        each["what"]: each["verdict"] for each in plan["tier"]["needs"]
    }.items()
    assert any("GitHub token" in warning["rule"] for warning in plan["warnings"])
    given = attempt(tmp_path, STACK | {"tier": "local"}, provided=["GITHUB_TOKEN"])[1]
    assert not any("GitHub token" in finding.rule for finding in given)


def test_a_place_that_yaml_reads_as_a_boolean_is_told_how_to_write(tmp_path: Path) -> None:
    _, findings = attempt(tmp_path, STACK | {"location": False})
    assert [(each.path, each.value) for each in errors(findings)] == [("holdfast_stack.location", False)]
    assert "quoted" in errors(findings)[0].rule


def test_another_stack_on_the_host_is_refused_though_the_compose_file_is_broken(tmp_path: Path) -> None:
    on = host(installed={"name": "old", "projects": ["edge"], "stores": [], "places": [], "keyed": False})
    for compose in (COMPOSE, "services: {web: {imagee: a}}"):
        plan, findings = attempt(tmp_path, on=on, compose=compose)
        assert plan is None
        assert "holdfast_stack.name" in [finding.path for finding in errors(findings)]
    # A name that is missing is not one that differs.
    _, findings = attempt(tmp_path, merged(STACK, {"name": None}), on=on)
    (finding,) = [finding for finding in findings if finding.path == "holdfast_stack.name"]
    assert finding.rule.startswith("required")


@pytest.mark.parametrize(("ours", "paths"), [(True, ["ansible_user"]), (False, [])])
def test_who_would_be_denied_is_refused_where_sshd_is_ours(tmp_path: Path, ours: bool, paths: list[str]) -> None:
    around = Circumstances(directory=lay(tmp_path), login="nobody")
    _, findings = make_plan(merged(STACK, {"hardening": {"sshd": ours}}), host(), around)
    assert [each.path for each in errors(findings)] == paths
