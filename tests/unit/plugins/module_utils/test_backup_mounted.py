# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lies beneath a mount is no place to begin anew in, and a container that writes there is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_known, backup_postgres
from ansible_collections.holdfast.host.plugins.module_utils import backup_mounted as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_known import Known
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner
from tests.unit.plugins.module_utils.backup_world import ABSENT, WRONG, World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine, running
from tests.unit.plugins.module_utils.test_backup_info import entry
from tests.unit.plugins.module_utils.test_backup_postgres import status, world

HERE, BENEATH = Result(status=0, out="64769:131\n"), Result(status=0, out="2049:262\n")
INSIDE = f"docker exec a {' '.join(subject.STAT)} /var/lib/pgbackrest/1"


def met(directory: Path, *, restic: str = "") -> None:
    """Have the host know the repository with the id "old"."""
    made = settings(directory).repositories[0]
    backup_known.write(str(directory), 1, Known(restic=restic or made.restic, id="old"))


def refuse_gone(directory: Path, seen: World) -> None:
    made = settings(directory)
    subject.refuse_gone(engine(directory, seen), made, made.repositories)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (ABSENT, r"is gone: is its place mounted, .* Nothing was written. .* remove .*/restic-1\.json"),
        (out({"id": "new"}), "is another one than it was"),
        (WRONG, "another key"),
    ],
)
def test_a_place_that_is_not_the_one_it_was_is_refused(tmp_path: Path, found: Result, told: str) -> None:
    met(tmp_path)
    seen = World({"cat config": found})
    with pytest.raises(FailedError, match=told):
        refuse_gone(tmp_path, seen)
    assert seen.count("init") == 0


def test_the_one_that_it_was_may_be_new_to_postgresql(tmp_path: Path) -> None:
    met(tmp_path)
    seen = World({"cat config": out({"id": "old"})})
    refuse_gone(tmp_path, seen)
    assert seen.count("cat config") == 1


@pytest.mark.parametrize("former", [None, "elsewhere"])
def test_a_place_that_was_never_met_is_not_asked(tmp_path: Path, former: str | None) -> None:
    if former:
        met(tmp_path, restic=former)
    seen = World({"cat config": ABSENT})
    refuse_gone(tmp_path, seen)
    assert seen.seen == []


def test_a_server_that_sees_another_directory_is_told(tmp_path: Path) -> None:
    made = settings(tmp_path).repositories[0]
    seen = World({INSIDE: BENEATH, "stat": HERE} | running("holdfast-backup"))
    told = subject.apart(engine(tmp_path, seen), made)
    assert f"do not go to {made.where}/postgres as it is mounted now" in told
    assert told.endswith("docker restart a")


def test_one_that_sees_the_same_is_well(tmp_path: Path) -> None:
    seen = World({INSIDE: HERE, "stat": HERE} | running("holdfast-backup"))
    assert subject.apart(engine(tmp_path, seen), settings(tmp_path).repositories[0]) == ""
    assert seen.count("stat --format=%d:%i ") == 2


@pytest.mark.parametrize("at", [INSIDE, "stat"])
def test_a_place_that_cannot_be_looked_at_is_told(tmp_path: Path, at: str) -> None:
    answers = {INSIDE: HERE, "stat": HERE} | {at: Result(status=1, err="stat: stale file handle")}
    seen = World(answers | running("holdfast-backup"))
    assert subject.apart(engine(tmp_path, seen), settings(tmp_path).repositories[0]) == "stat: stale file handle"


def test_one_elsewhere_is_not_mounted(tmp_path: Path) -> None:
    seen = World({})
    assert subject.apart(engine(tmp_path, seen), replace(settings(tmp_path).repositories[0], kind="sftp")) == ""
    assert seen.seen == []


def test_what_is_compared_is_a_directorys_own(tmp_path: Path) -> None:
    """By the program that the host has: the device and the inode, each as a number."""
    run = runner()

    def told(path: Path) -> str:
        return run([*subject.STAT, str(path)], "").out.strip()

    other = tmp_path / "other"
    other.mkdir()
    found = tmp_path.stat()
    assert told(tmp_path) == f"{found.st_dev}:{found.st_ino}"
    assert told(other) != told(tmp_path)


@pytest.mark.parametrize("code", [info.MISSING_PATH, info.MISSING_STANZA])
def test_none_is_made_in_a_place_whose_repository_is_gone(tmp_path: Path, code: int) -> None:
    """Its share is not mounted: what was made there would lie on the root disk."""
    made = settings(tmp_path)
    met(tmp_path)
    seen = world(status(code), **{"cat config": ABSENT})
    with pytest.raises(FailedError, match=r"repository 1 .* is gone: is its place mounted"):
        backup_postgres.create(engine(tmp_path, seen), made)
    assert seen.count("stanza-create") == 0
    there = world(status(code), **{"cat config": out({"id": "old"})})
    assert backup_postgres.create(engine(tmp_path, there), made) == ["repository 1 was taken into use"]


def test_a_second_place_is_taken_into_use_while_the_first_is_not_asked(tmp_path: Path) -> None:
    first = settings(tmp_path).repositories[0]
    both = replace(settings(tmp_path), repositories=(first, replace(first, number=2, restic="/other")))
    met(tmp_path)
    seen = world([], **{"--repo=1 info": out([entry()]), "--repo=2 info": out([]), "cat config": ABSENT})
    assert backup_postgres.create(engine(tmp_path, seen), both) == ["repository 2 was taken into use"]
    assert seen.count("cat config") == 0


def beneath() -> World:
    """Return a cluster whose server has another directory than the host has where its repository is."""
    inside = {"docker exec a stat": Result(status=0, out="2049:262\n"), "stat --format": Result(status=0, out="1:2\n")}
    return world([entry()], **inside)


def test_what_lies_beneath_a_mount_is_not_the_truth(tmp_path: Path) -> None:
    seen, made = beneath(), settings(tmp_path)
    (found,) = backup_postgres.truth(engine(tmp_path, seen), made, now=200)
    assert (found.reached, found.age, found.whole) == (False, None, False)
    assert "docker restart a" in found.message


def test_nothing_is_written_beneath_a_mount(tmp_path: Path) -> None:
    seen, made = beneath(), settings(tmp_path)
    with pytest.raises(FailedError, match=r"repository 1 .*docker restart a"):
        backup_postgres.create(engine(tmp_path, seen), made)
    with pytest.raises(FailedError, match=r"repository 1 .*docker restart a"):
        backup_postgres.backup(engine(tmp_path, seen), made, "full")
    assert (seen.count("stanza-create"), seen.count("--type=full")) == (0, 0)


def test_a_container_of_its_own_sees_what_the_host_sees(tmp_path: Path) -> None:
    seen, made = beneath(), settings(tmp_path)
    (found,) = backup_postgres.stanzas(engine(tmp_path, seen), made.repositories, lambda *_: out([entry()]))
    assert (found.code, seen.seen) == (0, [])
