# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""placement: seven processes in their order, closed but for the edge, working with each other and with their stores."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

import pytest
import testinfra

from tests.acceptance.running import Container, containers, one
from tests.acceptance.scenarios import Scenario
from tests.acceptance.web import Site
from tests.lab.shell import scaled, wait_until

# The Compose file's depends_on, and the stores that all of it stands on.
STORES = ("postgres", "redis", "minio")
ORDER = {
    "core-api": STORES,
    "notification-service": STORES,
    "api-gateway": ("core-api",),
    "ai-worker": ("core-api",),
    "tenant-web": ("api-gateway",),
}
# Their depends_on asks for no more than that the other was started.
STARTED_ONLY = {("tenant-web", "api-gateway")}
NANOSECONDS = 1_000_000_000
# The engine's own interval within a start period, unless the image says otherwise (Docker, "start_interval").
FIRST_SECONDS = 5
# Ports that monitoring asks from inside; strangers have no way to them.
INSIDE = {"core-api": 4000, "notification-service": 4001, "ai-worker": 4002}


def test_every_process_is_well(scenario: Scenario) -> None:
    found = containers(scenario)
    assert {each.service for each in found} == {*ORDER, *STORES, "nginx", "holdfast-backup"}
    for container in found:
        state = container.inspected["State"]
        health = state.get("Health", {"Status": "healthy"})["Status"]
        assert (state["Status"], health) == ("running", "healthy"), container.service
    checked = {each.service for each in found if "Health" in each.inspected["State"]}
    assert checked >= {*ORDER, "postgres", "redis", "nginx"}


def seconds_between(earlier: Container, later: Container) -> float:
    """Return the seconds from one container's start to another's."""
    return (datetime.fromisoformat(later.started) - datetime.fromisoformat(earlier.started)).total_seconds()


@pytest.mark.parametrize("service", ORDER)
def test_a_service_was_started_after_what_it_needs_was_well(scenario: Scenario, service: str) -> None:
    own = one(scenario, service)
    # They stand still while their volumes are copied, and what was started before that does not tell any more.
    paused = {each["service"] for volume in scenario.plan["backup"]["volumes"] for each in volume["pause"]}
    for other in ORDER[service]:
        if other in paused:
            continue
        needed = one(scenario, other)
        assert seconds_between(needed, own) > 0, other
        # The engine asks for the first time one interval after the start: nothing is known to be well before.
        if "Healthcheck" in needed.inspected["Config"] and (service, other) not in STARTED_ONLY:
            interval = needed.inspected["Config"]["Healthcheck"]["Interval"] / NANOSECONDS
            assert seconds_between(needed, own) >= min(interval, FIRST_SECONDS), other


def addresses(container: Container) -> list[str]:
    """Return a container's addresses."""
    return [str(each["IPAddress"]) for each in container.inspected["NetworkSettings"]["Networks"].values()]


@pytest.mark.parametrize("service", INSIDE)
def test_a_port_for_health_alone_answers_inside(scenario: Scenario, server: testinfra.host.Host, service: str) -> None:
    container = one(scenario, service)
    assert not container.inspected["HostConfig"]["PortBindings"]
    script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).status)"
    address = f"http://{addresses(container)[0]}:{INSIDE[service]}/health"
    assert server.check_output("python3 -c %s %s", script, address) == "200"


@pytest.mark.parametrize("name", ["api.example.org", "app.example.org"])
def test_public_names_answer(scenario: Scenario, name: str) -> None:
    answer = Site(address=scenario.row.address, name=name).get("/health")
    assert (answer.status, answer.json["status"]) == (200, "healthy")


def test_a_request_crosses_from_the_gateway_to_the_core(scenario: Scenario, site: Site) -> None:
    # The gateway has no database: only the core can have answered.
    assert "DATABASE_URL" not in one(scenario, "api-gateway").environment
    text = f"through the gateway, {uuid.uuid4()}"
    assert site.post("/rows", {"text": text}).status == 404
    assert site.post("/api/rows", {"text": text}).status == 201
    assert text in [row["text"] for row in site.get("/api/rows").json]


def test_an_object_is_kept_and_given_back(site: Site) -> None:
    key, content = f"letters/{uuid.uuid4()}.txt", uuid.uuid4().bytes
    assert site.ask("PUT", f"/api/objects/{key}", content).status == 200
    assert site.get(f"/api/objects/{key}").body == content
    assert site.get(f"/api/objects/{key}.not").status == 404


def test_a_job_is_done_by_the_ai_worker(scenario: Scenario, site: Site) -> None:
    text = f"a job, {uuid.uuid4()}"
    queued = site.post("/api/jobs", {"text": text})
    assert queued.status == 202

    def job() -> dict[str, Any]:
        found: dict[str, Any] = site.get(f"/api/jobs/{queued.json['id']}").json
        return found

    wait_until("the job", lambda: job()["state"] == "done", seconds=scaled(20))
    assert job()["result"] == hashlib.sha256(text.encode()).hexdigest()
    assert job()["worker"] == one(scenario, "ai-worker").inspected["Config"]["Hostname"]


def test_services_share_the_secret_that_only_they_know(scenario: Scenario) -> None:
    known = {each.service: each.environment.get("CORE_API_INTERNAL_SECRET") for each in containers(scenario)}
    assert known["core-api"] == known["ai-worker"] != "dev-secret"
    assert {name for name, value in known.items() if value} == {"core-api", "ai-worker"}
