# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A repository is made once, and is then the one that it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_known
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_known import Known
from tests.unit.plugins.module_utils.backup_world import ABSENT, GOOD, WRONG, World, out, settings


def opened(directory: Path, world: World) -> None:
    made = settings(directory)
    backup_known.opened(made, made.repositories[0], world)


def test_a_repository_is_made_once(tmp_path: Path) -> None:
    world = World({"cat config": [ABSENT, out({"id": "abc"})]})
    opened(tmp_path, world)
    opened(tmp_path, world)
    assert world.count("init") == 1
    assert backup_known.read(str(tmp_path), 1) == Known(restic=str(tmp_path / "repository"), id="abc")


def test_one_that_was_there_before_is_met(tmp_path: Path) -> None:
    world = World({"cat config": out({"id": "abc"})})
    opened(tmp_path, world)
    assert world.count("init") == 0


def test_another_key_makes_nothing(tmp_path: Path) -> None:
    world = World({"cat config": WRONG})
    with pytest.raises(FilesError, match="another key"):
        opened(tmp_path, world)
    assert (world.count("init"), backup_known.read(str(tmp_path), 1)) == (0, None)


@pytest.mark.parametrize(("found", "told"), [(ABSENT, "is gone"), (out({"id": "new"}), "is another one than it was")])
def test_one_that_was_there_is_not_made_anew(tmp_path: Path, found: object, told: str) -> None:
    made = settings(tmp_path)
    backup_known.write(str(tmp_path), 1, Known(restic=made.repositories[0].restic, id="old"))
    world = World({"cat config": found})
    with pytest.raises(FilesError, match=told):
        opened(tmp_path, world)
    assert world.count("init") == 0


def test_a_new_place_is_a_new_repository(tmp_path: Path) -> None:
    backup_known.write(str(tmp_path), 1, Known(restic="elsewhere", id="old", pruned=5))
    opened(tmp_path, World({"cat config": [ABSENT, out({"id": "abc"})]}))
    assert backup_known.read(str(tmp_path), 1) == Known(restic=str(tmp_path / "repository"), id="abc")


def test_a_place_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository/keys").touch()
    world = World({"cat config": ABSENT})
    with pytest.raises(FilesError, match="has files, but is no repository"):
        opened(tmp_path, world)
    assert world.count("init") == 0


def test_one_that_is_not_there_after_it_was_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="was made, but is not there"):
        opened(tmp_path, World({"cat config": ABSENT, "init": GOOD}))


def test_what_is_damaged_is_told(tmp_path: Path) -> None:
    backup_known.path(str(tmp_path), 1).write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged"):
        opened(tmp_path, World({}))


def test_a_cache_is_bounded_and_only_a_remote_one_has_it(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert backup_known.restic(made, made.repositories[0], World({})).cache is None
    far = backup_known.restic(made, replace(made.repositories[0], kind="s3"), World({}))
    assert far.cache == str(tmp_path / "restic-cache-1")
    cache = tmp_path / "restic-cache-1"
    (cache / "index").mkdir(parents=True)
    (cache / "index/a").write_bytes(bytes(100))
    backup_known.bound(cache, 100)
    assert cache.exists()
    backup_known.bound(cache, 99)
    assert not cache.exists()
