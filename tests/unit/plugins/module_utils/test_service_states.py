# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The health of services: one container, a service, and the wait."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.containers import Container
from ansible_collections.holdfast.host.plugins.module_utils.service_states import (
    Service,
    ask,
    explain,
    judge,
    look,
    wait,
)

WEB = Service(name="web")


def box(**more: Any) -> Container:
    base = {"id": "1", "name": "web-1", "service": "web", "status": "running", "health": ""}
    return Container(**{**base, "exit_code": 0, "restart": "always", "address": "127.0.0.1", **more})


@pytest.mark.parametrize(
    ("container", "problem", "state", "reason"),
    [
        (box(), "", "healthy", ""),
        (box(health="healthy"), "", "healthy", ""),
        (box(health="starting"), "", "waiting", "is starting"),
        (box(health="unhealthy"), "", "waiting", "is unhealthy"),
        (box(), "answers 503 on /", "waiting", "answers 503 on /"),
        (box(status="exited", restart="no"), "", "done", ""),
        (box(status="exited", restart="no", exit_code=3), "", "failed", "exited with 3"),
        (box(status="exited"), "", "waiting", "is exited (last exit status 0)"),
        (box(status="restarting", exit_code=1), "", "waiting", "is restarting (last exit status 1)"),
        (box(status="dead"), "", "failed", "is dead"),
        (box(status="created"), "", "waiting", "is created (last exit status 0)"),
    ],
)
def test_look(container: Container, problem: str, state: str, reason: str) -> None:
    assert look(container, WEB, lambda _box, _service: problem) == (state, reason)


def test_judge_by_the_worst() -> None:
    boxes = [box(), box(name="web-2", health="starting")]
    verdict = judge(Service(name="web", replicas=2), boxes, ask)
    assert (verdict.state, verdict.reason, verdict.failing) == ("waiting", "web-2 is starting", ("web-2",))
    assert judge(Service(name="web", replicas=3), boxes, ask).reason == "2 of 3 containers"
    assert judge(WEB, [], ask).state == "missing"


def test_wait_until_all_are_healthy() -> None:
    looks = [[], [box(health="starting")], [box(health="healthy")]]
    verdicts = wait([WEB], lambda: looks.pop(0), 10)
    assert verdicts["web"].state == "healthy"
    assert not looks
    assert verdicts["web"].seconds is not None
    assert verdicts["web"].seconds >= 0.9


def test_a_failure_for_good_ends_the_wait() -> None:
    verdicts = wait([WEB], lambda: [box(status="exited", restart="no", exit_code=1)], 60)
    text = explain(verdicts, {"web-1": "last words"})
    assert text == "web: failed: web-1 exited with 1\n--- last lines of web-1\nlast words"


def test_the_wait_ends() -> None:
    assert wait([WEB], list, 0)["web"].as_dict()["state"] == "missing"


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "good"), [(200, True), (204, True), (302, True), (404, False), (503, False)])
def test_ask(port: int, status: int, good: bool) -> None:
    problem = ask(box(), Service(name="web", port=port, path=f"/{status}"))
    assert problem == ("" if good else f"answers {status} on /{status}")


def test_ask_where_nobody_answers(port: int) -> None:
    assert ask(box(), WEB) == ""
    assert ask(box(address=""), Service(name="web", port=port)) == "has no address to be asked on"
    assert "does not answer on 127.0.0.2" in ask(box(address="127.0.0.2"), Service(name="web", port=port))
