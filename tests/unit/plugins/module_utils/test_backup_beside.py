# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A copy beside the cluster is closed, within its limit, and gone whatever happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_beside as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine

SERVES = {"docker inspect": out({"Running": True}), "pg_is_in_recovery": Result(status=0, out="f\n")}


def test_a_copy_archives_nothing_and_has_its_limits(tmp_path: Path) -> None:
    world = World(SERVES)
    copy = subject.make(engine(tmp_path, world), settings(tmp_path), Target(), "shop-drill")
    assert (copy.container, copy.volume) == ("shop-drill", "shop-drill")
    (command,) = [each for each in world.seen if "--name shop-drill" in each]
    for part in (
        "-c archive_mode=off", "-c archive_command=/bin/false", "-c listen_addresses= ", "--memory 268435456",
        "--read-only", "--cap-drop ALL", "-c shared_buffers=32768kB", "--label org.holdfast.beside=shop-drill",
        "--volume shop-drill:/var/lib/postgresql ",
    ):  # fmt: skip
        assert part in command
    assert "shop-stores_postgres" not in command
    # It outlives a crash of the host, unless its maker says that it need not.
    assert "fsync" not in command


def test_an_older_server_is_not_told_what_it_does_not_know(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert "io_method" in subject.told(engine(tmp_path, World({})), made)
    assert made.postgres is not None
    older = Engine(postgres=replace(made.postgres, version=17), run=World({}))
    assert "io_method" not in subject.told(older, made)


def test_what_a_killed_one_left_is_removed(tmp_path: Path) -> None:
    listed = [Result(status=0), Result(status=0, out="left\n"), Result(status=0)]
    world = World({"docker ps": listed, "volume ls": Result(status=0, out="shop-drill\n")})
    subject.remove(engine(tmp_path, world), "shop-drill")
    assert world.count("docker rm --force --volumes left") == 1
    assert world.count("docker volume rm shop-drill") == 1
    held = World({"volume ls": Result(status=0, out="x\n"), "volume rm": Result(status=1, err="in use")})
    with pytest.raises(FailedError, match="shop-drill could not be removed: in use"):
        subject.remove(engine(tmp_path, held), "shop-drill")


def test_of_killed_works_what_was_to_be_thrown_away_goes(tmp_path: Path) -> None:
    world = World({})
    subject.sweep(engine(tmp_path, world), "shop", {"full"})
    assert not world.seen
    subject.sweep(engine(tmp_path, world), "shop", {"restore"})
    labels = [word for each in world.seen for word in each.split() if word.startswith(f"label={subject.LABEL}=")]
    assert set(labels) == {f"label={subject.LABEL}=shop-single"}


@pytest.mark.parametrize("broken", ["restore", "pg_is_in_recovery", "docker inspect"])
def test_it_is_removed_whatever_happens(tmp_path: Path, broken: str) -> None:
    world = World({broken: Result(status=1, err="no")} | SERVES | {"volume ls": Result(status=0, out="shop-drill\n")})
    hurried = engine(tmp_path, world)
    with pytest.raises(FailedError), subject.thrown_away(hurried, settings(tmp_path), Target(), "shop-drill"):
        raise FailedError("what is done with it failed")
    assert world.seen[-1] == "docker volume rm shop-drill"


def test_room(tmp_path: Path) -> None:
    rooted = engine(tmp_path, World({"docker info": Result(status=0, out=f"{tmp_path}\n")}))
    subject.room(rooted, 1)
    with pytest.raises(FailedError, match=rf"needs \d+ bytes at {tmp_path}, and \d+ are free"):
        subject.room(rooted, 10**18)


def test_one_that_stays_has_neither_credentials_nor_a_way_out(tmp_path: Path) -> None:
    world = World(SERVES)
    subject.keep(engine(tmp_path, world), settings(tmp_path), Target(), "shop-beside")
    first, second = [each for each in world.seen if "--name shop-beside" in each]
    assert "/etc/holdfast/backup/server" in first
    assert "--network bridge" in first
    assert "/etc/holdfast/backup/server" not in second
    assert "--network shop-beside" in second
    assert "-c listen_addresses=* " in second
    assert world.count("docker network create --internal") == 1
    assert world.seen[-1] == "docker update --restart unless-stopped shop-beside"


def test_one_that_cannot_stay_leaves_nothing(tmp_path: Path) -> None:
    world = World({"network create": Result(status=1, err="no address")} | SERVES)
    with pytest.raises(FailedError, match="no address"):
        subject.keep(engine(tmp_path, world), settings(tmp_path), Target(), "shop-beside")
    assert "docker volume ls --quiet --filter label=org.holdfast.beside=shop-beside" in world.seen[-1]
