# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""store_settings: check, real, check again, real again, changed; against a PostgreSQL that is played."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.modules import store_settings
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
OPTIONS: dict[str, Any] = {"kind": "postgres", "project": "p", "service": "db", "version": 18}


class Server:
    """Loads ``file`` when it is told to."""

    def __init__(self) -> None:
        self.loaded, self.file, self.status = "4MB", "8MB", "running"

    def __call__(self, command: Sequence[str], given: str) -> Result:
        if command[1] == "ps":
            return Result(status=0, out="c1\n")
        if command[1] == "inspect":
            return Result(status=0, out=json.dumps([{"Id": "c1", "Name": "/n", "State": {"Status": self.status}}]))
        if "pg_reload_conf" in given:
            self.loaded = self.file
            return Result(status=0, out="t\n")
        row = {"value": self.loaded, "unit": "kB", "source": "configuration file", "written": True}
        return Result(status=0, out=json.dumps({"work_mem": row}))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(store_settings, "runner", lambda: server)
    return server


def _wanted(value: str) -> dict[str, Any]:
    return {**OPTIONS, "settings": [{"name": "work_mem", "value": value, "reason": "declared"}]}


def test_check_real_check_real_changed(server: Server, capfd: Capture) -> None:
    foreseen = run_module(store_settings.main, capfd, **_wanted("8MB"), check=True)
    assert (foreseen["changed"], foreseen["message"], server.loaded) == (
        True,
        "the server would take 1 setting(s)",
        "4MB",
    )
    done = run_module(store_settings.main, capfd, **_wanted("8MB"))
    assert (done["changed"], done["settings"], server.loaded) == (True, ["work_mem"], "8MB")
    assert done["diff"] == {"before": "work_mem = 4MB\n", "after": "work_mem = 8MB\n"}
    for check in (True, False):
        assert not run_module(store_settings.main, capfd, **_wanted("8MB"), check=check)["changed"]
    server.file = "16MB"
    assert run_module(store_settings.main, capfd, **_wanted("16MB"))["changed"]


def test_a_file_that_does_not_have_it_is_told(server: Server, capfd: Capture) -> None:
    server.file = "8MB"
    failed = run_module(store_settings.main, capfd, **_wanted("64MB"), timeout_seconds=0)
    assert "other values of work_mem (configuration file)" in failed["msg"]


def test_no_container_yet(server: Server, capfd: Capture) -> None:
    server.status = "exited"
    foreseen = run_module(store_settings.main, capfd, **_wanted("8MB"), check=True)
    assert (foreseen["changed"], "not there yet" in foreseen["message"]) == (False, True)
    assert "exited, not running" in run_module(store_settings.main, capfd, **_wanted("8MB"))["msg"]
