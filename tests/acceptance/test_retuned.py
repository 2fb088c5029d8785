# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Another setting, another size, another image: the plan says what will happen to whom, and just that happens."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.playbook import instead, well
from tests.acceptance.running import identities, one
from tests.acceptance.scenarios import Scenario

Action = tuple[str, tuple[str, ...]]
DURATION = "321ms"
CLIENTS = "777"


def foreseen(scenario: Scenario, declared: Mapping[str, Any], directory: Path) -> dict[str, Action]:
    """Return what the plan says of a declaration, by service; what stays as it is is left out."""
    kept = directory / "plan.json"
    given = instead(declared, directory / "declared.json")
    well(scenario, *given, "-e", f"preflight_plan_file={kept}", "--become", playbook="playbooks/plan.yml")
    found = json.loads(kept.read_text(encoding="utf-8"))["changes"]
    return {each["service"]: (each["action"], tuple(each["because"])) for each in found if each["action"] != "none"}


def services(scenario: Scenario) -> tuple[str, str]:
    """Return the Compose services of PostgreSQL and Redis."""
    stores = scenario.declared["stores"]
    return stores["postgres"]["service"], stores["redis"]["service"]


def setting(scenario: Scenario, name: str) -> str:
    """Return a setting that PostgreSQL runs with."""
    container = one(scenario, services(scenario)[0]).identity
    psql = ["docker", "exec", container, "psql", "-XAtqU", "holdfast", "-d", "postgres", "-c"]
    return scenario.inside(*psql, f"SHOW {name}").strip()


@pytest.fixture(scope="module", autouse=True)
def as_it_was(scenario: Scenario) -> Iterator[None]:
    """Have the host as the inventory declares it once all is done."""
    yield
    well(scenario)


def test_what_a_server_takes_restarts_nothing(scenario: Scenario, tmp_path: Path) -> None:
    postgres, redis = services(scenario)
    declared = copy.deepcopy(scenario.declared)
    for kind, name, value in (
        ("postgres", "log_min_duration_statement", DURATION),
        ("redis", "maxclients", CLIENTS),
    ):
        declared["stores"][kind].setdefault("settings", {})[name] = value
    told = foreseen(scenario, declared, tmp_path)
    assert {service: action for service, (action, _) in told.items()} == {postgres: "reload", redis: "reload"}
    assert told[postgres][1][0].endswith(f" -> {DURATION}")
    before = identities(scenario)
    ended = well(scenario, *instead(declared, tmp_path / "declared.json"))
    assert ended.changed[scenario.host] > 0
    assert identities(scenario) == before
    assert setting(scenario, "log_min_duration_statement") == DURATION
    assert foreseen(scenario, declared, tmp_path) == {}
    again = well(scenario, *instead(declared, tmp_path / "declared.json"))
    assert (again.changed[scenario.host], identities(scenario)) == (0, before)


def test_what_only_a_restart_changes_is_said_and_restarts_one_container(scenario: Scenario, tmp_path: Path) -> None:
    postgres, _ = services(scenario)
    declared = scenario.declared
    running = {service for service, _ in identities(scenario).values()}
    declared["stores"]["postgres"].setdefault("settings", {})["max_locks_per_transaction"] = "71"
    old = setting(scenario, "max_locks_per_transaction")
    action, because = foreseen(scenario, declared, tmp_path)[postgres]
    assert action == "restart"
    assert any(why.startswith("max_locks_per_transaction ") and why.endswith(" -> 71") for why in because)
    before = {identity for identity, (service, _) in identities(scenario).items() if service == postgres}
    well(scenario, *instead(declared, tmp_path / "declared.json"))
    after = identities(scenario)
    assert (old, setting(scenario, "max_locks_per_transaction")) != ("71", old)
    assert setting(scenario, "max_locks_per_transaction") == "71"
    assert not before & set(after)
    assert {service for service, _ in after.values()} == running
