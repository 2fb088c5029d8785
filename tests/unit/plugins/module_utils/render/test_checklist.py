# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the lists are judged by: names of the plan alone."""

from __future__ import annotations

from pathlib import Path

from tests.planning import planned


def test_names_and_places_of_the_plan(tmp_path: Path) -> None:
    wanted = planned(tmp_path)["expect"]["checklist"]
    assert wanted["hosts"] == ["www.example.org"]
    assert (wanted["roles"], wanted["app"], wanted["admin"]) == (["app"], "shop-blue", [])
    assert set(wanted["role_secrets"]) <= set(wanted["secrets"])
    assert wanted["secrets"]["SECRET_KEY"] == "generate"
    assert wanted["directory"] == "/etc/holdfast/secrets"
