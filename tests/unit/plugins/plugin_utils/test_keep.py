# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The files in which a plan is kept: what stands in them, and that no two hosts write the same one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.plugin_utils import keep
from tests.planning import planned


@pytest.mark.parametrize(("name", "refused"), [("", 0), ("a.html", 0), ("a.SVG", 0), ("a.png", 1), ("plan", 1)])
def test_a_picture_is_html_or_svg(name: str, refused: int) -> None:
    found = keep.check(name)
    assert len(found) == refused
    assert all(each.value == name and each.hint for each in found)


def test_nothing_is_kept_that_nobody_asked_for(tmp_path: Path) -> None:
    assert keep.kept(planned(tmp_path), "", "", "") == []


def test_the_plan_is_kept_as_json_and_the_picture_as_its_name_says(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    for name, begins in (("plan.html", "<!DOCTYPE html>"), ("plan.svg", "<svg ")):
        kept, picture = keep.kept(plan, "plan.json", name, "")
        assert (kept["dest"], picture["dest"]) == ("plan.json", name)
        assert json.loads(kept["content"]) == plan
        assert picture["content"].startswith(begins)


def test_with_several_hosts_each_has_its_own(tmp_path: Path) -> None:
    kept = keep.kept(planned(tmp_path), "build/plan.json", "build/plan.a.svg", "www/1")
    assert [each["dest"] for each in kept] == ["build/plan-www_1.json", "build/plan.a-www_1.svg"]


def test_a_kept_file_is_its_owners_alone_and_replaces_an_older_one(tmp_path: Path) -> None:
    there = tmp_path / "plan.json"
    there.write_text("older", encoding="utf-8")
    keep.write([{"dest": str(there), "content": "newer"}])
    assert there.read_text(encoding="utf-8") == "newer"
    assert there.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileNotFoundError):
        keep.write([{"dest": f"{tmp_path}/nowhere/plan.json", "content": ""}])
