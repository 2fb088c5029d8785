# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The demonstration stops where a step fails, and shows what each public host answers."""

from __future__ import annotations

import sys

import pytest

from tools import demo


def test_a_failed_step_ends_the_demonstration_with_its_own_code() -> None:
    with pytest.raises(SystemExit) as end:
        demo.run("Step", [sys.executable, "-c", "raise SystemExit(7)"])
    assert end.value.code == 7


def test_each_public_host_is_asked_for_its_health_where_it_has_such_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get(address: str, host: str, path: str) -> tuple[int, str]:
        asked.append((address, host, path))
        return 200, "well"

    monkeypatch.setattr(demo, "get", get)
    servers = [
        {"host": "a.example.org", "locations": [{"quiet_path": None}, {"quiet_path": "/up"}]},
        {"host": "b.example.org", "locations": [{"quiet_path": None}]},
    ]
    lines = demo.answers({"edge": {"servers": servers}}, "198.51.100.7")
    assert asked == [("198.51.100.7", "a.example.org", "/up"), ("198.51.100.7", "b.example.org", "/")]
    assert lines[0] == "  https://a.example.org/up  200  well"
