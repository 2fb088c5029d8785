# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""postgres_objects: check, real, check again, real again, changed; against a psql that is played."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import pg_objects, scram
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.modules import postgres_objects
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
GRANTS = [["app", what] for what in ("CONNECT", "CREATE", "TEMPORARY")]


class Server:
    """A server in a container: once the statements for an object came, the object is as they say."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = copy.deepcopy(pg_objects.EMPTY_SERVER)
        self.state |= {"version": "18.1", "available": ["vector"]}
        self.inner: dict[str, Any] = copy.deepcopy(pg_objects.EMPTY_DATABASE)
        self.there = True
        self.scripts: list[str] = []

    def __call__(self, command: Sequence[str], given: str) -> Result:
        if not self.there:
            return Result(status=127, err="docker is not installed")
        if command[1] == "inspect":
            return Result(status=0, out=json.dumps([{"Id": "c1", "Name": "/pg", "State": {"Status": "running"}}]))
        assert list(command[:5]) == ["docker", "exec", "-i", "c1", "psql"]
        if given.startswith(pg_objects.SERVER_QUERY):
            return Result(status=0, out=json.dumps(self.state))
        if given.startswith(pg_objects.DATABASE_QUERY):
            return Result(status=0, out=json.dumps(self.inner))
        self.scripts.append(given)
        self.obey(given)
        return Result(status=0)

    def obey(self, script: str) -> None:
        role = self.state["roles"].setdefault("app", {"login": True, "limit": -1, "verifier": None, "member_of": []})
        if "PASSWORD" in script:
            role["verifier"] = script.split("PASSWORD '")[1].split("'", maxsplit=1)[0]
        if "CREATE DATABASE" in script:
            self.state["databases"]["app"] = {"owner": "app", "encoding": "UTF8", "grants": GRANTS}
        if "CREATE EXTENSION" in script:
            self.inner["extensions"] = ["vector"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(postgres_objects, "runner", lambda: server)
    return server


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "pw").write_text("pencil\n")
    return {
        "container": "pg",
        "timeout_seconds": 0,
        "roles": [{"name": "app", "password_file": str(tmp_path / "pw")}],
        "databases": [{"name": "app", "owner": "app", "extensions": ["vector"]}],
    }


def test_check_real_check_real_changed(server: Server, options: dict[str, Any], tmp_path: Path, capfd: Capture) -> None:
    foreseen = run_module(postgres_objects.main, capfd, **options, check=True)
    assert (foreseen["changed"], server.scripts) == (True, [])
    assert foreseen["changes"][0] == "make role app"
    done = run_module(postgres_objects.main, capfd, **options)
    assert done == foreseen
    assert scram.fits("pencil", server.state["roles"]["app"]["verifier"])
    count = len(server.scripts)
    for check in (True, False):
        again = run_module(postgres_objects.main, capfd, **options, check=check)
        assert (again["changed"], again["changes"], again["server_version"]) == (False, [], "18.1")
    assert len(server.scripts) == count
    (tmp_path / "pw").write_text("other")
    changed = run_module(postgres_objects.main, capfd, **options)
    assert changed["changes"] == ["change role app (password)"]
    assert scram.fits("other", server.state["roles"]["app"]["verifier"])
    assert "SCRAM" not in json.dumps([foreseen, done, changed])
    assert "pencil" not in "".join(server.scripts)


def test_a_bare_host(server: Server, options: dict[str, Any], tmp_path: Path, capfd: Capture) -> None:
    server.there = False
    (tmp_path / "pw").unlink()
    foreseen = run_module(postgres_objects.main, capfd, **options, check=True)
    assert (foreseen["changed"], foreseen["server_version"]) == (True, "")
    assert "make extension vector in database app" in foreseen["changes"]
    assert "pw: No such file" in run_module(postgres_objects.main, capfd, **options)["msg"]
    (tmp_path / "pw").write_text("pencil")
    assert run_module(postgres_objects.main, capfd, **options)["msg"] == "docker is not installed"


def test_findings_come_before_the_first_statement(server: Server, options: dict[str, Any], capfd: Capture) -> None:
    options["databases"][0]["extensions"] = ["vectro"]
    result = run_module(postgres_objects.main, capfd, **options)
    assert [finding["hint"] for finding in result["findings"]] == ["did you mean 'vector'?"]
    assert server.scripts == []


@pytest.mark.parametrize("wrong", [{"container": None}, {"project": "p"}, {"container": None, "project": "p"}])
def test_the_server_is_named_in_one_way(wrong: dict[str, Any], capfd: Capture) -> None:
    given = {key: value for key, value in {"container": "pg", **wrong}.items() if value}
    assert run_module(postgres_objects.main, capfd, **given)["failed"]
