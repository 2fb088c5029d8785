# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx_reload: check, real, check again, real again, changed; against an nginx that is played."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.modules import nginx_reload
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]


class Nginx:
    """Loads ``files`` when it is told to reload."""

    def __init__(self) -> None:
        self.loaded, self.files, self.test, self.status = "v1", "v2", 0, "running"

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        if command[1] == "inspect":
            return Result(status=0, out=json.dumps([{"Id": "c1", "Name": "/n", "State": {"Status": self.status}}]))
        if command[3] == "curl":
            return Result(status=0, out=f"{self.loaded}\n")
        if command[4] == "-t":
            return Result(status=self.test, err="[emerg] bad")
        self.loaded = self.files
        return Result(status=0)


@pytest.fixture
def nginx(monkeypatch: pytest.MonkeyPatch) -> Nginx:
    nginx = Nginx()
    monkeypatch.setattr(nginx_reload, "runner", lambda: nginx)
    return nginx


def test_check_real_check_real_changed(nginx: Nginx, capfd: Capture) -> None:
    foreseen = run_module(nginx_reload.main, capfd, container="n", wanted="v2", check=True)
    assert (foreseen["changed"], foreseen["message"], nginx.loaded) == (True, "nginx would be reloaded", "v1")
    done = run_module(nginx_reload.main, capfd, container="n", wanted="v2")
    assert (done["changed"], done["running"], nginx.loaded) == (True, "v1", "v2")
    assert done["diff"] == {"before": "v1\n", "after": "v2\n"}
    for check in (True, False):
        assert not run_module(nginx_reload.main, capfd, container="n", wanted="v2", check=check)["changed"]
    nginx.files = "v3"
    assert run_module(nginx_reload.main, capfd, container="n", wanted="v3")["changed"]


def test_a_refused_configuration_is_not_loaded(nginx: Nginx, capfd: Capture) -> None:
    nginx.test = 1
    assert "[emerg] bad" in run_module(nginx_reload.main, capfd, container="n", wanted="v2")["msg"]
    assert nginx.loaded == "v1"


def test_no_container_yet(nginx: Nginx, capfd: Capture) -> None:
    nginx.status = "exited"
    foreseen = run_module(nginx_reload.main, capfd, container="n", wanted="v2", check=True)
    assert (foreseen["changed"], "not there yet" in foreseen["message"]) == (False, True)
    assert "exited, not running" in run_module(nginx_reload.main, capfd, container="n", wanted="v2")["msg"]
