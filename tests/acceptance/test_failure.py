# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A database that stops: the application says so, verify says so, and both are well again afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.playbook import play, well
from tests.acceptance.running import Container, one
from tests.acceptance.scenarios import Scenario
from tests.acceptance.web import Site
from tests.lab.shell import scaled, wait_until


@pytest.fixture(scope="module")
def stopped(scenario: Scenario) -> Iterator[Container]:
    """Stop the database, hand over its container, and start it again whatever happens."""
    postgres = one(scenario, scenario.plan["stores"]["postgres"]["service"])
    scenario.inside("docker", "stop", postgres.identity)
    try:
        yield postgres
    finally:
        scenario.inside("docker", "start", postgres.identity)


def test_health_is_503_with_the_reason(stopped: Container, site: Site) -> None:
    answer = site.get("/health")
    assert stopped.project
    assert answer.status == 503
    assert answer.json["status"] == "unhealthy"
    assert answer.json["database"] is False
    assert answer.json["error"]


def test_verify_names_the_container_and_the_routes(stopped: Container, scenario: Scenario) -> None:
    ended = play(scenario, playbook="playbooks/verify.yml")
    assert ended.code != 0
    assert f"containers.{stopped.project}.{stopped.service}" in ended.output
    assert f"{stopped.inspected['Name'].lstrip('/')} is exited" in ended.output
    for name, path in scenario.health.items():
        assert f"routes.{name}{path}" in ended.output
    assert ended.changed == {scenario.host: 0}


@pytest.fixture(scope="module")
def started(request: pytest.FixtureRequest, scenario: Scenario, site: Site) -> None:
    """Wait until the database is back; the module's other tests are done by then."""
    postgres = request.getfixturevalue("stopped")
    scenario.inside("docker", "start", postgres.identity)

    def healthy() -> bool:
        return bool(one(scenario, postgres.service).inspected["State"]["Health"]["Status"] == "healthy")

    wait_until("the database", healthy, seconds=scaled(60))
    wait_until("the application", lambda: site.get("/health").status == 200, seconds=scaled(60))


@pytest.mark.usefixtures("started")
def test_all_is_well_again_once_the_database_is_back(scenario: Scenario, site: Site) -> None:
    assert site.get("/health").json == {"status": "healthy", "database": True}
    assert well(scenario, playbook="playbooks/verify.yml").changed == {scenario.host: 0}
