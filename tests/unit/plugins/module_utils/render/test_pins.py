# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Images by digest: all of them or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors
from ansible_collections.holdfast.host.plugins.module_utils.render.pins import findings, pinned
from tests.planning import STACK, attempt, merged, planned

DIGEST = f"sha256:{'0' * 64}"
IMAGES = ("postgres:18", "redis:8", "registry.example.org/web:1", "nginx:1.30")


def test_an_image_gets_its_digest() -> None:
    assert pinned("nginx:1.30", {"nginx:1.30": DIGEST}) == f"nginx:1.30@{DIGEST}"
    assert pinned("nginx:1.31", {"nginx:1.30": DIGEST}) == "nginx:1.31"


def test_every_container_runs_what_is_pinned(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"pins": dict.fromkeys(IMAGES, DIGEST)}))
    rendered = {each["image"] for project in plan["projects"].values() for each in project["services"].values()}
    assert rendered == {f"{image}@{DIGEST}" for image in IMAGES}
    assert {each["image"] for each in plan["expect"]["containers"]} == rendered


def test_an_image_that_is_built_here_has_the_digest_of_its_base(tmp_path: Path) -> None:
    backup = {"repositories": [{"local": {"path": "/backups"}}]}
    plan = planned(tmp_path, raw=merged(STACK, {"pins": dict.fromkeys(IMAGES, DIGEST), "backup": backup}))
    assert f"postgres:18@{DIGEST}" == plan["backup"]["image"]["base"]
    pins = {image: DIGEST for image in IMAGES if image != "postgres:18"}
    (found,) = errors(attempt(tmp_path, raw=merged(STACK, {"pins": pins, "backup": backup}))[1])
    assert (found.path, found.value) == ("holdfast_stack.pins", "postgres:18")


@pytest.mark.parametrize("left", IMAGES)
def test_one_that_is_left_out_is_refused(tmp_path: Path, left: str) -> None:
    pins = {image: DIGEST for image in IMAGES if image != left}
    (found,) = errors(attempt(tmp_path, raw=merged(STACK, {"pins": pins}))[1])
    assert (found.path, found.value) == ("holdfast_stack.pins", left)
    assert f"inspect {left} --format '{{{{.Manifest.Digest}}}}'" in found.hint


def test_a_digest_of_an_image_that_nobody_runs_is_refused(tmp_path: Path) -> None:
    pins = dict.fromkeys((*IMAGES, "ngnix:1.30"), DIGEST)
    (found,) = errors(attempt(tmp_path, raw=merged(STACK, {"pins": pins}))[1])
    assert (found.path, found.hint) == ("holdfast_stack.pins.ngnix:1.30", "did you mean 'nginx:1.30'?")


@pytest.mark.parametrize("digest", ["latest", "sha256:0", f"sha256:{'G' * 64}", f"md5:{'0' * 64}"])
def test_what_is_no_digest_is_refused(tmp_path: Path, digest: str) -> None:
    pins = dict.fromkeys(IMAGES, DIGEST) | {"nginx:1.30": digest}
    plan, found = attempt(tmp_path, raw=merged(STACK, {"pins": pins}))
    assert plan is None
    assert "holdfast_stack.pins.nginx:1.30" in [each.path for each in found]


def test_without_any_nothing_is_said() -> None:
    assert list(findings({"app": {"services": {"web": {"image": "web:1"}}}}, {})) == []
