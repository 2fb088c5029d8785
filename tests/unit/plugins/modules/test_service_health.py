# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""service_health: looks, waits, explains; never changes anything."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.modules import service_health
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
SERVICES = [{"name": "web"}]


class Docker:
    """One container of the service web, in some state."""

    def __init__(self, status: str = "running", exit_code: int = 0, *, there: bool = True) -> None:
        labels = {"com.docker.compose.service": "web"}
        state = {"Status": status, "ExitCode": exit_code}
        self.entry = {"Id": "c1", "Name": "/p-web-1", "State": state, "Config": {"Labels": labels}}
        self.there = there

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        if not self.there:
            return Result(status=127, err="docker is not installed")
        answers = {"ps": "c1\n", "inspect": json.dumps([self.entry]), "logs": "the last line\n"}
        return Result(status=0, out=answers[command[1]])


def play(monkeypatch: pytest.MonkeyPatch, docker: Docker) -> None:
    monkeypatch.setattr(service_health, "runner", lambda: docker)


def test_check_real_check_real(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    play(monkeypatch, Docker())
    results = [
        run_module(service_health.main, capfd, project="p", services=SERVICES, check=check)
        for check in (True, False, True, False)
    ]
    assert [result["changed"] for result in results] == [False] * 4
    assert results[1]["services"]["web"]["state"] == "healthy"
    assert results[1]["services"]["web"]["containers"] == ["p-web-1"]


def test_a_failure_shows_the_last_lines(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    play(monkeypatch, Docker("exited", 3))
    result = run_module(service_health.main, capfd, project="p", services=SERVICES)
    assert result["services"]["web"]["state"] == "failed"
    assert result["msg"].endswith("web: failed: p-web-1 exited with 3\n--- last lines of p-web-1\nthe last line")


def test_what_is_not_there_yet_is_no_failure_in_check_mode(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    services = [*SERVICES, {"name": "later"}]
    play(monkeypatch, Docker())
    foreseen = run_module(service_health.main, capfd, project="p", services=services, check=True)
    assert foreseen["message"] == "Not healthy yet: later: missing: 0 of 1 containers"
    play(monkeypatch, Docker(there=False))
    bare = run_module(service_health.main, capfd, project="p", services=services, check=True)
    assert bare["message"] == "Docker is not there yet: docker is not installed"
    assert run_module(service_health.main, capfd, project="p", services=services)["msg"] == "docker is not installed"
