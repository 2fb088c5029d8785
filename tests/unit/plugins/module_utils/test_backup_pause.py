# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Services stand still only as long as it takes, and run again whatever happens."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_pause, backup_swap
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_pause import BusyError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Paused
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.containers import Container, parse
from tests.unit.plugins.module_utils.backup_world import World, container, out

GONE = Result(status=1, err="Error response from daemon: No such container: a")
BROKEN = Result(status=1, err="no such device")
APP, WORKER = parse(container("a", "app")), parse(container("w", "worker"))


def stand(directory: Path, world: World, problem: BaseException | None = None) -> None:
    """Have two services stand still, and fail meanwhile where there is a problem."""
    with backup_pause.alone(str(directory), world), backup_pause.standing_still(str(directory), world, [APP, WORKER]):
        world(["copy"])
        if problem:
            raise problem


def test_services_are_stopped_and_started_in_turn(tmp_path: Path) -> None:
    world = World({})
    stand(tmp_path, world)
    assert world.seen == ["docker stop a", "docker stop w", "copy", "docker start w", "docker start a"]
    assert [each.name for each in tmp_path.iterdir()] == ["files.lock"]


def test_what_does_not_run_is_not_started(tmp_path: Path) -> None:
    world = World({})
    with backup_pause.standing_still(str(tmp_path), world, [parse(container("a", "app", running=False))]):
        assert not (tmp_path / "paused.json").exists()
    assert world.seen == []


@pytest.mark.parametrize("problem", [FilesError("no room"), KeyboardInterrupt()])
def test_a_failure_starts_them_too(tmp_path: Path, problem: BaseException) -> None:
    world = World({})
    with pytest.raises(type(problem)):
        stand(tmp_path, world, problem)
    assert world.seen[-2:] == ["docker start w", "docker start a"]


def test_one_that_cannot_be_stopped_starts_the_others(tmp_path: Path) -> None:
    world = World({"stop w": Result(status=1, err="timeout")})
    with pytest.raises(FilesError, match="could not stop a service: timeout"):
        stand(tmp_path, world)
    assert "copy" not in world.seen
    assert world.seen[-1] == "docker start a"


def test_one_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    world = World({"start w": [BROKEN, Result(status=0)]})
    with pytest.raises(FilesError, match="could not start again: no such device"):
        stand(tmp_path, world)
    assert json.loads((tmp_path / "paused.json").read_text(encoding="utf-8"))["containers"] == ["w"]
    backup_pause.resume(str(tmp_path), world)
    assert world.seen[-1] == "docker start w"
    assert not (tmp_path / "paused.json").exists()


def ledger(directory: Path, **more: object) -> None:
    kept = {"containers": ["a"], "place": "", "helper": ""} | more
    (directory / "paused.json").write_text(json.dumps(kept), encoding="utf-8")


def test_what_a_killed_run_left_is_put_right_once(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    backup_swap.begin(place)
    ledger(tmp_path, place=str(place), helper="helper")
    world = World({})
    backup_pause.resume(str(tmp_path), world)
    backup_pause.resume(str(tmp_path), world)
    assert world.seen == ["docker rm --force helper", "docker start a"]
    assert list(place.iterdir()) == []


def test_a_container_that_a_release_replaced_is_passed_over(tmp_path: Path) -> None:
    ledger(tmp_path)
    backup_pause.resume(str(tmp_path), World({"start": GONE}))
    assert not (tmp_path / "paused.json").exists()


def test_files_that_cannot_be_put_right_keep_a_service_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_place: Path) -> bool:
        raise OSError("read-only")

    monkeypatch.setattr(backup_swap, "settle", fail)
    ledger(tmp_path, place=str(tmp_path))
    world = World({})
    with pytest.raises(OSError, match="read-only"):
        backup_pause.resume(str(tmp_path), world)
    assert world.count("start") == 0


def test_a_run_that_is_at_work_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_pause, "POLL_SECONDS", 0)
    ledger(tmp_path)
    world = World({})
    with (tmp_path / "files.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BusyError, match="another run"):
            backup_pause.resume(str(tmp_path), world)
        with pytest.raises(BusyError), backup_pause.alone(str(tmp_path), world, 0.01):
            pass
    assert world.seen == []


def test_services_are_found_by_their_labels() -> None:
    entries = [container("a", "app"), container("b", "app", running=False)]
    world = World({"docker ps": Result(status=0, out="a\nb\n"), "docker inspect": out(entries)})
    assert [each.id for each in backup_pause.services(world, [Paused(project="shop-blue", service="app")])] == ["a"]
    assert "label=com.docker.compose.project=shop-blue" in world.seen[0]
    with pytest.raises(FilesError, match="the engine does not answer: no such device"):
        backup_pause.services(World({"docker": BROKEN}), [Paused(project="shop-blue", service="app")])


def test_a_service_that_was_started_in_between_did_not_stand_still() -> None:
    def one(identity: str, service: str, started: str, *, running: bool = False) -> Container:
        return parse(container(identity, service, running=running, started=started))

    stands = [one("a", "app", "1"), one("w", "worker", "1")]
    assert backup_pause.ran(stands, stands) == []
    assert backup_pause.ran(stands, [*stands, one("n", "new", backup_pause.NEVER)]) == []
    assert backup_pause.ran(stands, [*stands, one("n", "new", "2")]) == ["new"]
    assert backup_pause.ran(stands, [stands[0], one("w", "worker", "2")]) == ["worker"]
    assert backup_pause.ran(stands, stands[:1]) == ["worker"]
    assert backup_pause.ran([one("a", "app", "1", running=True)], [stands[0]]) == ["app"]
