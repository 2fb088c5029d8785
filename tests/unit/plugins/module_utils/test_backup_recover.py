# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A bare host is filled once, goes on after it was killed, and no other host is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_recover as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import ABSENT, World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_info import entry

BARE = {"docker volume inspect": Result(status=1), " info": out([entry()]), "repo-ls": out({})}


def recovery(directory: Path, world: World, **changes: Any) -> subject.Recovery:
    """Return the recovery of a played host."""
    return subject.Recovery(settings=settings(directory, **changes), run=world, engine=engine(directory, world))


def test_a_bare_host_has_everything_to_do(tmp_path: Path) -> None:
    bare = recovery(tmp_path, World(BARE))
    assert subject.begin(bare)
    assert bare.left() == subject.steps(bare.settings)
    assert bare.left()[0] == "postgres"
    assert bare.left()[-1] == "redis"


def test_a_host_with_data_is_left_alone(tmp_path: Path) -> None:
    other = recovery(tmp_path, World({}))
    assert list(subject.before_stores(other)) == []
    assert list(subject.after_stores(other)) == []
    assert not other.ledger.exists()


def test_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    world = World(BARE | {"cat config": ABSENT})
    bare = recovery(tmp_path, world, volumes=[])
    assert list(subject.before_stores(bare)) == ["the database's files were fetched"]
    assert bare.left() == ["redis"]
    assert list(subject.before_stores(bare)) == []
    assert world.count(" restore") == 1
    assert list(subject.after_stores(bare)) == ["no copy of redis was ever made: it stays empty"]
    assert bare.left() == []
    assert list(subject.after_stores(bare)) == []


def test_a_fetch_that_was_killed_goes_on_over_what_is_there(tmp_path: Path) -> None:
    world = World(BARE | {"restore": Result(status=1, err="killed")})
    bare = recovery(tmp_path, world, volumes=[])
    with pytest.raises(FailedError, match="killed"):
        list(subject.before_stores(bare))
    assert bare.left() == ["postgres-begun", "redis"]
    again = World({" info": out([entry()]), "repo-ls": out({})})
    assert list(subject.before_stores(recovery(tmp_path, again, volumes=[]))) == ["the database's files were fetched"]
    assert again.count("--delta restore") == 1
    assert bare.left() == ["redis"]


def test_a_repository_that_does_not_answer_is_no_empty_one(tmp_path: Path) -> None:
    world = World(BARE | {"cat config": Result(status=1, err="connection refused")})
    bare = recovery(tmp_path, world, volumes=[])
    list(subject.before_stores(bare))
    with pytest.raises(FailedError, match="connection refused"):
        list(subject.after_stores(bare))
    assert bare.left() == ["redis"]


def test_without_a_snapshot_the_rest_goes_on(tmp_path: Path) -> None:
    world = World(BARE | {"cat config": out({"id": "a"}), "snapshots": out([])})
    bare = recovery(tmp_path, world)
    done = list(subject.before_stores(bare))
    names = [each.name for each in bare.settings.volumes]
    assert done[1:] == [f"no copy of volume:{name} was ever made: it stays empty" for name in names]
