# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the public gets from the edge of pydotorg, over TLS, from another machine."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import ssl
import uuid
from http.client import RemoteDisconnected
from typing import Any

import pytest

from tests.acceptance.running import containers, one
from tests.acceptance.scenarios import Scenario
from tests.acceptance.web import Answer, Site, context
from tests.acceptance.websocket import echoed
from tests.lab.shell import scaled, wait_until

# The route says nothing of its own: 16 MiB, as docs/stack-file.md has it.
BODY_LIMIT = 16 * 1024 * 1024
WELL = {"status": "healthy", "database": True}


@pytest.mark.parametrize("name", ["www.example.org", "example.org"])
def test_health_answers_through_tls(scenario: Scenario, name: str) -> None:
    answer = Site(address=scenario.row.address, name=name).get("/health")
    assert answer.status == 200
    assert answer.body == json.dumps(WELL).encode()


def test_http_is_sent_to_https(site: Site) -> None:
    answer = site.plain("/some/page?q=1")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{site.name}/some/page?q=1")


@pytest.mark.parametrize("path", ["/", "/health", "/static/x.css", "/no-such-page"])
def test_security_headers_are_on_every_answer(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-xss-protection"] == "1; mode=block"
    assert headers["server"] == "nginx", "tells its version"


def test_text_is_compressed_for_who_asks(site: Site) -> None:
    plain, small = site.get("/static/x.css"), site.get("/static/x.css", Accept_Encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in small.headers["vary"].lower()
    assert gzip.decompress(small.body) == plain.body
    assert len(small.body) < len(plain.body)


def test_static_files_may_be_kept_for_a_year(site: Site) -> None:
    kept = {word.strip() for word in site.get("/static/x.css").headers["cache-control"].split(",")}
    assert {"public", "immutable", "max-age=31536000"} <= kept
    assert "cache-control" not in site.get("/").headers


@pytest.mark.parametrize("name", ["unknown.example.org", "172.30.213.21", None])
def test_an_unknown_name_gets_no_tls(scenario: Scenario, name: str | None) -> None:
    plain = socket.create_connection((scenario.row.address, 443), 10)
    with (
        pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"),
        context().wrap_socket(plain, server_hostname=name),
    ):
        pytest.fail("it was greeted")


@pytest.mark.parametrize("name", ["unknown.example.org", "172.30.213.21"])
def test_an_unknown_name_gets_no_http(scenario: Scenario, name: str) -> None:
    with pytest.raises(RemoteDisconnected):
        Site(address=scenario.row.address, name=name).plain("/")


def test_the_access_log_is_json_and_leaves_health_out(scenario: Scenario, site: Site) -> None:
    asked, quiet = f"/?asked={uuid.uuid4()}", f"/health?asked={uuid.uuid4()}"
    assert site.get(quiet).status == 200
    assert site.get(asked, User_Agent='a "quoted" agent').status == 200

    def logged() -> list[str]:
        return scenario.inside("tail", "--lines", "200", "/var/log/holdfast/edge/access.log").splitlines()

    wait_until("the access log", lambda: any(asked in line for line in logged()), seconds=scaled(10))
    lines = logged()
    assert not any(quiet in line for line in lines)
    entry = json.loads(next(line for line in lines if asked in line))
    assert (entry["uri"], entry["status"], entry["host"]) == (asked, 200, site.name)
    assert entry["agent"] == 'a "quoted" agent'


def test_a_row_that_was_written_is_read_back(site: Site) -> None:
    text = f"a row, {uuid.uuid4()}"
    assert site.post("/rows", {"text": text}).status == 201
    assert text in [row["text"] for row in site.get("/rows").json]


def test_a_job_of_the_web_service_is_done_by_the_worker(scenario: Scenario, site: Site) -> None:
    text = f"a job, {uuid.uuid4()}"
    queued = site.post("/jobs", {"text": text})
    assert queued.status == 202

    def job() -> dict[str, Any]:
        found: dict[str, Any] = site.get(f"/jobs/{queued.json['id']}").json
        return found

    wait_until("the job", lambda: job()["state"] == "done", seconds=scaled(20))
    assert job()["result"] == hashlib.sha256(text.encode()).hexdigest()
    assert job()["worker"] == one(scenario, "worker").inspected["Config"]["Hostname"]


def test_a_websocket_frame_comes_back(site: Site) -> None:
    assert echoed(site, "/ws", "through wss: ü") == "through wss: ü"


def test_a_body_over_the_limit_is_refused(site: Site) -> None:
    assert _posted(site, BODY_LIMIT + 1).status == 413
    # Neither too large nor a row.
    assert _posted(site, BODY_LIMIT).status == 400


def _posted(site: Site, size: int) -> Answer:
    return site.ask("POST", "/rows", b"x" * size, {"Content-Type": "application/octet-stream"})


def test_no_container_was_killed_or_started_twice(scenario: Scenario) -> None:
    found = containers(scenario)
    assert found
    for container in found:
        state = container.inspected["State"]
        told = container.service, state["Status"], container.inspected["RestartCount"], state["OOMKilled"]
        assert told == (container.service, "running", 0, False)
