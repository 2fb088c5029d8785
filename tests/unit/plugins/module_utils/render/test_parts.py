# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The user's own services as the server runs them: data in volumes, nothing built, and what ends stays ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.planning import COMPOSE, STACK, merged, planned

WORKER = "    command: [run, worker]"


def _projects(directory: Path, compose: str, **stack: Any) -> dict[str, Any]:
    plan = planned(directory, raw=merged(STACK, stack), compose=compose)
    return dict(plan["projects"])


def test_declared_data_is_a_volume_of_the_stack(tmp_path: Path) -> None:
    compose = COMPOSE.replace(WORKER, "    volumes: ['./uploads:/app/uploads']")
    declared = {"worker": {"mounts": {"/app/uploads": "volume"}}}
    app = _projects(tmp_path, compose, services=declared)["app"]
    entry = {"type": "volume", "source": "worker-app-uploads", "target": "/app/uploads"}
    assert app["services"]["worker"]["volumes"] == [entry]
    assert app["volumes"] == {"worker-app-uploads": {"name": "shop_worker-app-uploads"}}


def test_a_carried_stores_data_is_a_volume_of_the_stores(tmp_path: Path) -> None:
    compose = COMPOSE + "  search: {image: 'search:1', volumes: ['./search:/data']}\n"
    projects = _projects(tmp_path, compose, stores={"search": {"service": "search"}})
    assert projects["stores"]["volumes"]["search-data"] == {"name": "shop_search-data"}
    assert "volumes" not in projects["app"]


def test_a_dropped_mounts_volume_is_not_made(tmp_path: Path) -> None:
    compose = COMPOSE.replace(
        WORKER, "    build: .\n    pull_policy: build\n    volumes: ['./src:/app/src', kept:/kept]"
    )
    app = _projects(tmp_path, compose + "volumes: {kept: {}, unused: {}}\n")["app"]
    assert list(app["volumes"]) == ["kept"]
    assert not {"build", "pull_policy"} & set(app["services"]["worker"])


def test_another_pull_policy_stays(tmp_path: Path) -> None:
    app = _projects(tmp_path, COMPOSE.replace(WORKER, "    pull_policy: always"))["app"]
    assert app["services"]["worker"]["pull_policy"] == "always"


def test_what_is_declared_to_run_once_is_not_restarted(tmp_path: Path) -> None:
    compose = COMPOSE.replace(WORKER, "    restart: always")
    assert _projects(tmp_path, compose)["app"]["services"]["worker"]["restart"] == "always"
    once = _projects(tmp_path, compose, services={"worker": {"once": True}})["app"]
    assert once["services"]["worker"]["restart"] == "no"
