# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""project_drift: looks and tells; never changes anything."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.modules import project_drift
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
ARGUMENTS = {"project": "p", "directory": "/etc/holdfast/app"}
LABELS = {"com.docker.compose.service": "web", "com.docker.compose.config-hash": "h1"}
ENTRY = {
    "Id": "c1", "Name": "/p-web-1", "Image": "sha256:1", "State": {"Status": "running", "ExitCode": 0},
    "Config": {"Labels": LABELS},
}  # fmt: skip


class Docker:
    """A project of one service whose definition has a hash."""

    def __init__(self, wanted: str = "h1", *, there: bool = True) -> None:
        self.wanted, self.there = wanted, there

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        if not self.there:
            return Result(status=127, err="docker is not installed")
        if command[1] == "compose":
            config = json.dumps({"services": {"web": {"image": "web:1"}}})
            return Result(status=0, out=f"web {self.wanted}\n" if "--hash" in command else config)
        return Result(status=0, out={"ps": "c1\n", "inspect": json.dumps([ENTRY]), "image": "sha256:1\n"}[command[1]])


def play(monkeypatch: pytest.MonkeyPatch, docker: Docker) -> None:
    monkeypatch.setattr(project_drift, "runner", lambda: docker)


@pytest.mark.parametrize(("wanted", "told"), [("h1", []), ("h2", ["p-web-1: its definition changed"])])
def test_check_real_check_real(monkeypatch: pytest.MonkeyPatch, capfd: Capture, wanted: str, told: list[str]) -> None:
    play(monkeypatch, Docker(wanted))
    results = [run_module(project_drift.main, capfd, **ARGUMENTS, check=check) for check in (True, False, True, False)]
    assert [result["changed"] for result in results] == [False] * 4
    assert [result["differs"] for result in results] == [told] * 4


def test_an_engine_that_is_not_there_is_a_failure_but_in_check_mode(
    monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    play(monkeypatch, Docker(there=False))
    assert run_module(project_drift.main, capfd, **ARGUMENTS, check=True)["differs"] == ["docker is not installed"]
    assert run_module(project_drift.main, capfd, **ARGUMENTS)["msg"] == "docker is not installed"
