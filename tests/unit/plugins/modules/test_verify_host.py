# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The verify_host module the way Ansible calls it, on a host that is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils.verify import checklist_seen
from ansible_collections.holdfast.host.plugins.modules import verify_host
from tests.planning import planned
from tests.unit.plugins.module_utils.verify.lists import CHECKED
from tests.unit.plugins.modules.in_process import run_module


def _seen(expect: dict[str, Any]) -> dict[str, Any]:
    """Return a host that is as expected, stores aside."""
    containers = [
        {
            "name": f"{each['project']}-{each['service']}-1",
            "state": "running",
            "exit_code": 0,
            "health": "healthy",
            "oom_killed": False,
            "published": [],
            **{key: each[key] for key in ("project", "service", "image", "memory_bytes", "labels", "confined")},
        }
        for each in expect["containers"]
    ]
    routes = [route | {"status": 200, "body": ""} for route in expect["routes"]]
    kernel = {"values": expect["kernel"], "container": False}
    return {"containers": containers, "postgres": {}, "redis": {}, "routes": routes, "kernel": kernel}


@pytest.fixture
def expect(tmp_path: Path) -> dict[str, Any]:
    result: dict[str, Any] = planned(tmp_path)["expect"] | {"postgres": None, "redis": None}
    return result


@pytest.mark.parametrize("check", [True, False])
def test_a_host_that_is_as_planned(
    expect: dict[str, Any], check: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_host, "observe", lambda given, _timeout: _seen(given))
    monkeypatch.setattr(verify_host, "own_addresses", lambda _: ["203.0.113.7"])
    result = run_module(verify_host.main, capfd, expect=expect, check=check)
    looked_at = ["5 containers", "0 settings", "1 routes"]
    assert result == {
        "changed": False,
        "findings": [],
        "addresses": ["203.0.113.7"],
        "looked_at": looked_at,
        "checklist": [],
    }
    assert set(yaml.safe_load(verify_host.RETURN)) == set(result) - {"changed"}


def test_every_difference_is_told_at_once(
    expect: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _seen(expect)
    seen["containers"][0]["state"] = "exited"
    seen["routes"][0]["status"] = 503
    monkeypatch.setattr(verify_host, "observe", lambda _given, _timeout: seen)
    result = run_module(verify_host.main, capfd, expect=expect)
    assert result["failed"]
    assert "differs from its plan: 2 finding(s)" in result["msg"]
    assert "must be running" in result["msg"]
    assert "must answer below 500" in result["msg"]


def test_a_warning_fails_nothing(
    expect: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_host, "observe", lambda given, _timeout: _seen(given))
    result = run_module(verify_host.main, capfd, expect=expect | {"controllers": []})
    assert [finding["level"] for finding in result["findings"]] == ["warning"]
    assert "containers: " in json.dumps(result["warnings"])
    assert "failed" not in result


def test_the_documentation_names_every_option() -> None:
    documented = yaml.safe_load(verify_host.DOCUMENTATION)["options"]
    (example,) = yaml.safe_load(verify_host.EXAMPLES)
    assert set(documented) == {"expect", "timeout_seconds", "checklist"}
    assert set(example["holdfast.host.verify_host"]) <= set(documented)


def test_the_lists_are_judged_where_that_is_asked_for(
    expect: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_host, "observe", lambda given, _timeout: _seen(given))
    monkeypatch.setattr(verify_host, "own_addresses", lambda _: [])
    seen = CHECKED | {"audit": "dead"}
    monkeypatch.setattr(checklist_seen, "observe", lambda _given, _timeout: seen)
    result = run_module(verify_host.main, capfd, expect=expect, checklist=True)
    assert "checklist.backups" in {each["path"] for each in result["findings"]}
    rows = {each["key"]: each for each in result["checklist"]}
    assert rows["debug"]["result"] == "holds"
    assert "auditd is dead" in rows["changes"]["evidence"]
