# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.lab.catalogue import (
    HOST_IMAGES,
    IMAGES,
    SERVED,
    content_hash,
    debootstrap_arguments,
    lineage,
    reference,
    served_as,
    tree_hash,
)
from tests.lab.paths import IMAGES as DIRECTORY


def test_an_image_starts_from_a_suite_or_from_a_parent() -> None:
    for image in IMAGES.values():
        assert bool(image.suite) != bool(image.parent), image.name
        assert bool(image.parent) == bool(image.directory), image.name


def test_parents_stand_before_their_children() -> None:
    order = list(IMAGES)
    for image in IMAGES.values():
        if image.parent:
            assert order.index(image.parent) < order.index(image.name)


def test_every_directory_has_its_dockerfile_and_is_used() -> None:
    used = {image.directory for image in IMAGES.values() if image.directory}
    assert used == {path.parent.name for path in DIRECTORY.glob("*/Dockerfile")}


def test_hosts_use_images_of_the_catalogue() -> None:
    assert set(IMAGES) >= HOST_IMAGES


def test_stand_ins_are_labelled_and_the_rest_is_not() -> None:
    labelled = {path.parent.name for path in DIRECTORY.glob("*/Dockerfile") if "stand-in=true" in path.read_text()}
    assert labelled == {"meilisearch", "maildev", "objects", "vault"}


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("postgres", "postgres:18"),
        ("meilisearch", "getmeili/meilisearch:v1"),
        ("demo_app_2", "registry.example.org:5000/holdfast/demo-app:2"),
    ],
)
def test_hosts_pull_by_the_official_name(name: str, served: str) -> None:
    assert served_as(IMAGES[name]) == served


def test_no_served_image_is_latest_or_served_twice() -> None:
    names = [image.serves for image in SERVED]
    assert len(set(names)) == len(names)
    assert not [name for name in names if name.endswith(":latest") or ":" not in name]


def test_lineage_is_parents_first_without_strangers() -> None:
    assert lineage({"redis", "demo_app_1"}) == ["base", "redis", "python", "demo_app_1"]


def test_only_the_host_keeps_its_documentation() -> None:
    assert not [word for word in debootstrap_arguments(IMAGES["host_base"]) if "exclude" in word]
    assert [word for word in debootstrap_arguments(IMAGES["base"]) if "exclude" in word]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DIRECTORY, tmp_path / "images"))


def test_a_copy_has_the_same_hashes(copied: Path) -> None:
    assert [content_hash(name, copied) for name in IMAGES] == [content_hash(name, DIRECTORY) for name in IMAGES]


def changed(before: Path, after: Path) -> set[str]:
    return {name for name in IMAGES if content_hash(name, before) != content_hash(name, after)}


@pytest.mark.parametrize(
    ("directory", "children"),
    [
        ("nginx", {"nginx"}),
        ("host", {"host", "host_ubuntu_like", "host_legacy", "vm", "vault_host", "vault"}),
        ("vault", {"vault"}),
        ("python", {"python", "demo_app_1", "demo_app_2", "meilisearch", "maildev", "objects"}),
    ],
)
def test_a_change_renews_an_image_and_its_children(copied: Path, directory: str, children: set[str]) -> None:
    dockerfile = copied / directory / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "# changed\n")
    assert changed(DIRECTORY, copied) == children


def test_the_execute_bit_is_content(copied: Path) -> None:
    (copied / "redis" / "docker-entrypoint.sh").chmod(0o644)
    assert changed(DIRECTORY, copied) == {"redis", "valkey"}


def test_compiled_files_are_not_content(copied: Path) -> None:
    before = tree_hash(copied / "demo_app")
    cache = copied / "demo_app" / "app" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "x.pyc").write_bytes(b"x")
    assert tree_hash(copied / "demo_app") == before


def test_two_versions_of_the_app_differ_by_their_argument_alone() -> None:
    assert reference("demo_app_1", DIRECTORY) != reference("demo_app_2", DIRECTORY)
    assert IMAGES["demo_app_1"].directory == IMAGES["demo_app_2"].directory
