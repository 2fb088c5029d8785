# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Plans and rendered files of whole systems are what they were; `make golden` writes them anew, to be read first."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest
import yaml

from tests.golden import systems
from tests.planning import STACK, planned


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return systems.golden()


def test_the_golden_files_are_all_there_and_no_other(made: dict[str, str]) -> None:
    assert sorted(systems.kept()) == sorted(made)
    projects = [f"{part}/compose.yaml" for part in ("stores", "app", "edge")]
    files = [*projects, "stores/postgres/postgresql.conf", "stores/redis/redis.conf", "edge/nginx/nginx.conf"]
    assert set(made) >= {f"{system}/etc/holdfast/{name}" for system in systems.SYSTEMS for name in files}


@pytest.mark.parametrize("path", sorted(systems.kept()))
def test_what_is_made_now_is_what_was_kept(made: dict[str, str], path: str) -> None:
    before, after = systems.kept()[path].splitlines(), made.get(path, "").splitlines()
    changed = list(difflib.unified_diff(before, after, "kept", "made now", lineterm="", n=1))
    assert not changed, "\n".join([f"{path}: read this, then run `make golden`", *changed[:60]])


@pytest.mark.parametrize("system", systems.SYSTEMS)
def test_a_rendered_project_is_the_plans_own(made: dict[str, str], system: str) -> None:
    plan = systems.plan_of(system)
    for part, project in plan["projects"].items():
        assert yaml.safe_load(made[f"{system}/etc/holdfast/{part}/compose.yaml"]) == project


def test_a_project_without_a_service_has_no_file(tmp_path: Path) -> None:
    tier = STACK["tier"]
    alone = planned(tmp_path, raw={"name": "shop", "tier": tier}, compose="services: {a: {image: 'a:1'}}")
    raw = {"name": "shop", "tier": tier, "stores": {"postgres": {"service": "db"}}}
    stores = planned(tmp_path, raw=raw, compose="services: {db: {image: 'postgres:16'}}")
    assert sorted(systems.render({"alone": alone, "stores": stores})) == [
        "alone/etc/holdfast/app/compose.yaml",
        "stores/etc/holdfast/stores/compose.yaml",
        "stores/etc/holdfast/stores/postgres/postgresql.conf",
    ]


def test_a_golden_file_does_not_say_where_the_checkout_lies(made: dict[str, str]) -> None:
    assert [path for path, text in made.items() if str(systems.ROOT) in text] == []
    assert json.loads(made["pydotorg.plan.json"])["name"] == "pydotorg"
