# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The tally counts what ran, and names what took longest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.callback import tally


@pytest.fixture
def callback(monkeypatch: pytest.MonkeyPatch) -> tally.CallbackModule:
    """Return a callback whose clock moves by what the test says and whose lines are kept."""
    clock = iter([0.0, 1.0, 4.0, 4.0, 4.5, 5.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    made = tally.CallbackModule()
    lines: list[str] = []
    made._display = SimpleNamespace(display=lines.append)
    made.lines = lines
    monkeypatch.setattr(made, "get_option", lambda name: {"slowest": 1}[name])
    return made


def _task(name: str) -> Any:
    return SimpleNamespace(get_name=lambda: name)


def test_tasks_changes_and_seconds_are_told_and_the_slowest_is_named(callback: Any) -> None:
    callback.v2_playbook_on_task_start(_task("slow"), False)
    callback.v2_runner_on_ok(SimpleNamespace(result={"changed": True}))
    callback.v2_playbook_on_task_start(_task("quick"), False)
    callback.v2_runner_on_ok(SimpleNamespace(result={}))
    callback.v2_playbook_on_stats(None)
    assert callback.lines == ["2 tasks ran, 1 changed something, 5.0 s", "    3.0 s  slow"]
