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
from tests.unit.plugins.module_utils.test_backup_engine import engine, running
from tests.unit.plugins.module_utils.test_backup_info import entry

THERE = Result(status=0, out="shop-stores_postgres\nshop_media\nshop_logs\nshop-stores_redis\n")
BARE = {"docker volume inspect": Result(status=1), " info": out([entry()]), "repo-ls": out({"20260101-000000F": {}})}


def recovery(directory: Path, world: World, **changes: Any) -> subject.Recovery:
    """Return the recovery of a played host."""
    return subject.Recovery(settings=settings(directory, **changes), run=world, engine=engine(directory, world))


def test_a_bare_host_has_everything_to_do(tmp_path: Path) -> None:
    bare = recovery(tmp_path, World(BARE))
    assert subject.begin(bare) == []
    assert bare.left() == subject.steps(bare.settings)
    assert bare.left()[0] == "postgres"
    assert bare.left()[-1] == "redis"


def test_a_host_that_has_lost_nothing_is_left_alone(tmp_path: Path) -> None:
    world = World({"docker volume ls": THERE})
    other = recovery(tmp_path, world)
    assert list(subject.before_stores(other)) == []
    assert list(subject.after_stores(other)) == []
    assert not other.ledger.exists()
    assert world.seen == ["docker volume ls --quiet"]


@pytest.mark.parametrize(
    ("lost", "left"),
    [
        ("shop-stores_postgres", ["postgres", "replay"]),
        ("shop-stores_redis", ["redis"]),
        ("shop_media", ["volume:media"]),
    ],
)
def test_what_a_host_has_lost_comes_back_and_the_rest_is_told_and_left_alone(
    tmp_path: Path, lost: str, left: list[str]
) -> None:
    there = [each for each in THERE.out.split() if each != lost]
    other = recovery(tmp_path, World({"docker volume ls": Result(status=0, out="\n".join(["another", *there]))}))
    assert subject.begin(other) == sorted(there)
    assert other.left() == left


def test_other_volumes_make_no_host_less_bare(tmp_path: Path) -> None:
    world = World({"docker volume ls": Result(status=0, out="shop-stores_postgres2\nmedia\n")})
    bare = recovery(tmp_path, world)
    assert subject.begin(bare) == []
    assert bare.left() == subject.steps(bare.settings)


def test_an_engine_that_does_not_answer_makes_no_host_bare(tmp_path: Path) -> None:
    """Its volumes are there when it runs again, and what a ledger says would be laid over them."""
    down = recovery(tmp_path, World({"docker": Result(status=1, err="Cannot connect to the Docker daemon")}))
    with pytest.raises(FailedError, match="Cannot connect"):
        list(subject.before_stores(down))
    assert not down.ledger.exists()


def test_what_the_stack_no_longer_has_is_told(tmp_path: Path) -> None:
    bare = recovery(tmp_path, World({}), volumes=[])
    bare.keep(["volume:media"])
    with pytest.raises(FailedError, match="names the volume media"):
        list(subject.before_stores(bare))
    assert bare.left() == ["volume:media"]
    without = subject.Recovery(settings=bare.settings, run=bare.run, engine=None)
    bare.keep(["postgres"])
    with pytest.raises(FailedError, match="names PostgreSQL"):
        list(subject.before_stores(without))


def test_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    world = World(BARE | {"cat config": ABSENT})
    bare = recovery(tmp_path, world, volumes=[])
    (told,) = subject.before_stores(bare)
    assert told.startswith("the database's files were fetched\nfrom backup 20260101-000000F of repository 1")
    assert bare.left() == ["replay", "redis"]
    assert list(subject.before_stores(bare)) == []
    assert world.count(" restore") == 1
    bare.keep(["redis"])
    assert list(subject.after_stores(bare)) == ["no copy of redis was ever made: it stays empty"]
    assert bare.left() == []
    assert list(subject.after_stores(bare)) == []


def test_a_fetch_that_was_killed_goes_on_over_what_is_there(tmp_path: Path) -> None:
    world = World(BARE | {"restore": Result(status=1, err="killed")})
    bare = recovery(tmp_path, world, volumes=[])
    with pytest.raises(FailedError, match="killed"):
        list(subject.before_stores(bare))
    assert bare.left() == ["postgres-begun", "replay", "redis"]
    again = World({" info": out([entry()]), "repo-ls": out({"20260101-000000F": {}})})
    (told,) = subject.before_stores(recovery(tmp_path, again, volumes=[]))
    assert told.startswith("the database's files were fetched")
    assert again.count("--delta restore") == 1
    assert bare.left() == ["replay", "redis"]


SERVES = {
    "docker inspect --format": out({"Running": True}), "pg_is_in_recovery": Result(status=0, out="f\n"),
} | running("postgres")  # fmt: skip


def test_the_log_is_replayed_before_anybody_reads_the_database(tmp_path: Path) -> None:
    world = World(SERVES)
    bare = recovery(tmp_path, world)
    assert list(subject.replay(bare)) == []
    assert world.seen == []
    bare.keep(["replay", "redis"])
    assert list(subject.replay(bare)) == ["the database has replayed its log"]
    begun = "docker compose --project-directory /etc/holdfast/stores up --detach postgres holdfast-backup"
    assert world.seen[0] == begun
    assert bare.left() == ["redis"]


def test_a_replay_that_fails_is_still_to_be_done(tmp_path: Path) -> None:
    stopped = {"docker inspect --format": out({"Running": False}), "docker logs": Result(status=0, err="no log")}
    bare = recovery(tmp_path, World(SERVES | stopped))
    bare.keep(["replay"])
    with pytest.raises(FailedError, match="no log"):
        list(subject.replay(bare))
    without = subject.Recovery(settings=bare.settings, run=bare.run, engine=None)
    with pytest.raises(FailedError, match="names PostgreSQL"):
        list(subject.replay(without))
    assert bare.left() == ["replay"]


def test_a_repository_that_does_not_answer_is_no_empty_one(tmp_path: Path) -> None:
    world = World(BARE | {"cat config": Result(status=1, err="connection refused")})
    bare = recovery(tmp_path, world, volumes=[])
    list(subject.before_stores(bare))
    with pytest.raises(FailedError, match="connection refused"):
        list(subject.after_stores(bare))
    assert bare.left() == ["replay", "redis"]


def test_a_recovery_that_did_not_end_is_told_with_its_ledger(tmp_path: Path) -> None:
    bare = recovery(tmp_path, World({}))
    subject.ended(bare)
    bare.keep(["postgres-begun", "redis"])
    with pytest.raises(FailedError, match=f"postgres-begun, redis would .*{bare.ledger}"):
        subject.ended(bare)
    bare.keep([])
    subject.ended(bare)


def test_without_a_snapshot_the_rest_goes_on(tmp_path: Path) -> None:
    world = World(BARE | {"cat config": out({"id": "a"}), "snapshots": out([])})
    bare = recovery(tmp_path, world)
    done = list(subject.before_stores(bare))
    names = [each.name for each in bare.settings.volumes]
    assert done[1:] == [f"no copy of volume:{name} was ever made: it stays empty" for name in names]
