# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The engine as it is seen, against the plan."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import engine

EXPECT = {"engine": {"config": "/etc/docker/daemon.json", "settings": {"userland-proxy": False, "icc": False}}}
INFO = {
    "LiveRestoreEnabled": True, "LoggingDriver": "json-file", "Swarm": {"LocalNodeState": "inactive"},
    "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns", "name=no-new-privileges"],
}  # fmt: skip
SEEN: dict[str, Any] = {
    "daemon": {"userland-proxy": False, "icc": False, "registry-mirrors": ["x"]},
    "info": {
        "LiveRestoreEnabled": True, "LoggingDriver": "json-file", "Swarm": "inactive",
        "options": {"seccomp": "builtin", "cgroupns": "", "no-new-privileges": ""},
    },
    "files": {"/run/docker.sock": {"mode": 0o660, "owner": "root", "group": "docker"}},
    "members": [],
    "proxies": 0,
}  # fmt: skip


def _told(**changes: Any) -> list[tuple[str, str]]:
    return [(each.path, each.level) for each in engine.differences(EXPECT, {"engine": SEEN | changes})]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a host with a configuration, a process that forwards a port and one that does not."""
    for path, text in {
        "etc/docker/daemon.json": json.dumps(SEEN["daemon"]),
        "proc/1/comm": "systemd\n",
        "proc/2/comm": "docker-proxy\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "etc/docker/daemon.json").chmod(0o640)
    return tmp_path


def _says(result: Result) -> Any:
    def run(command: Sequence[str], given: str = "") -> Result:
        assert command[:2] == ["docker", "info"]
        assert given == ""
        return result

    return run


def test_what_is_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_members", lambda: ["ops"])
    seen = engine.observe(EXPECT, _says(Result(status=0, out=json.dumps(INFO), err="")), root)
    assert (seen["daemon"], seen["info"], seen["proxies"]) == (SEEN["daemon"], SEEN["info"], 1)
    assert seen["members"] == ["ops"]
    assert seen["files"]["/etc/docker/daemon.json"]["mode"] == 0o640
    assert set(seen["files"]) == {"/etc/docker", "/etc/docker/daemon.json"}


def test_an_engine_that_does_not_answer_and_a_file_that_is_none(tmp_path: Path) -> None:
    seen = engine.observe(EXPECT, _says(Result(status=1, out="", err="no")), tmp_path)
    assert seen["error"]
    assert {path for path, _ in ((each.path, each.level) for each in engine.differences(EXPECT, {"engine": seen}))} == {
        "engine"
    }


def test_without_a_plan_of_it_nothing_is_asked() -> None:
    assert engine.observe({}) == {}
    assert list(engine.differences({}, {})) == []


def test_as_planned_nothing_is_told() -> None:
    assert _told() == []


@pytest.mark.parametrize(
    ("changes", "path", "level"),
    [
        ({"daemon": {"userland-proxy": False}}, "engine.icc", "error"),
        ({"daemon": None}, "engine", "error"),
        ({"info": SEEN["info"] | {"LiveRestoreEnabled": False}}, "engine.LiveRestoreEnabled", "error"),
        ({"info": SEEN["info"] | {"Swarm": "active"}}, "engine.Swarm", "error"),
        ({"info": SEEN["info"] | {"LoggingDriver": "syslog"}}, "engine.LoggingDriver", "error"),
        ({"info": SEEN["info"] | {"options": {"seccomp": "builtin"}}}, "engine.no-new-privileges", "error"),
        (
            {"info": SEEN["info"] | {"options": {"seccomp": "unconfined", "no-new-privileges": ""}}},
            "engine.seccomp", "error",
        ),
        ({"proxies": 2}, "engine.userland-proxy", "error"),
        ({"members": ["ops"]}, "groups.docker", "warning"),
        *(
            ({"files": {"/run/docker.sock": {"mode": 0o660, "owner": "root", "group": "docker"} | wrong}},
             "/run/docker.sock", "error")
            for wrong in ({"mode": 0o666}, {"owner": "ops"}, {"group": "users"})
        ),
        ({"files": {"/etc/docker": {"mode": 0o755, "owner": "root", "group": "docker"}}}, "/etc/docker", "error"),
    ],
)  # fmt: skip
def test_what_differs(changes: dict[str, Any], path: str, level: str) -> None:
    assert _told(**changes) == [(path, level)]
