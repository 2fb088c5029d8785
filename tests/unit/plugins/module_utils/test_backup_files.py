# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Volumes and the host's files go to every repository that is there, and come back where nothing is lost by it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_files, backup_restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError, PartlyError
from ansible_collections.holdfast.host.plugins.module_utils.backup_files import Source
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import (
    GOOD,
    LOCKED,
    SUMMARY,
    WRONG,
    World,
    container,
    out,
    restic,
    settings,
    snapshot,
)
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the directory of the volume."""
    place = tmp_path / "volume" / "_data"
    place.mkdir(parents=True)
    return place


def world(place: Path, **more: Any) -> World:
    """Return a host on which all goes well but for what is said."""

    def restored(command: Sequence[str], _given: str) -> Result:
        target = Path(command[command.index("--target") + 1], "_data")
        target.mkdir(mode=0o750, parents=True)
        (target / "file").write_text("restored", encoding="utf-8")
        return Result(status=0)

    usual = {
        "volume inspect": out([{"Mountpoint": str(place)}]),
        "docker ps": Result(status=0, out="a\n"),
        "docker inspect": [out([container("a", "app")]), out([container("a", "app", running=False)])],
        "cat config": out({"id": "abc"}),
        "backup --json": out(SUMMARY),
        "snapshots": out([snapshot("aabb", "volume:media")]),
        "restore": restored,
    }
    return World(more | {part: answer for part, answer in usual.items() if part not in more})


def two(directory: Path) -> dict[str, Any]:
    """Return settings with a second repository."""
    first = GIVEN["repositories"][0] | {"kind": "sftp", "env_file": "", "options": []}
    return {"repositories": [first | {"number": n, "restic": f"{directory}/r{n}"} for n in (1, 2)]}


def test_services_stand_still_once_for_all_repositories(tmp_path: Path, place: Path) -> None:
    seen = world(place)
    copies = backup_files.backup_volumes(settings(tmp_path, **two(tmp_path)), seen)
    assert [(each.repository, each.tag) for each in copies] == [
        (1, "volume:media"), (2, "volume:media"), (1, "volume:logs"), (2, "volume:logs"),
    ]  # fmt: skip
    work = [word for each in seen.seen for word in ("stop", "backup --json", "start") if word in each]
    assert work[:4] == ["stop", "backup --json", "backup --json", "start"]
    assert seen.count("docker stop") == 1
    assert f"--exclude={place}/.holdfast-restore -- _data" in next(each for each in seen.seen if "--exclude" in each)


def test_a_repository_that_fails_keeps_no_other_from_its_copy(tmp_path: Path, place: Path) -> None:
    seen = world(place, **{f"{tmp_path}/r1": WRONG})
    with pytest.raises(PartlyError, match=r"volume:media: repository 1 .* another key") as caught:
        backup_files.backup_volumes(settings(tmp_path, **two(tmp_path)), seen)
    assert [(each.repository, each.tag) for each in caught.value.done] == [(2, "volume:media"), (2, "volume:logs")]


def test_no_service_stops_for_repositories_that_cannot_be_reached(tmp_path: Path, place: Path) -> None:
    seen = world(place, **{"cat config": WRONG})
    with pytest.raises(PartlyError, match="another key"):
        backup_files.backup_volumes(settings(tmp_path), seen)
    assert seen.count("docker stop") == 0


def test_services_serve_while_another_run_holds_the_repository(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_restic, "POLL_SECONDS", 0)
    seen = world(place, **{"--no-lock cat config": out({"id": "abc"}), "cat config": [LOCKED, LOCKED, GOOD]})
    backup_files.backup_volumes(settings(tmp_path), seen)
    order = [each for each in seen.seen if each in ("cat config", "unlock", "docker stop a")]
    assert order == ["cat config", "unlock", "cat config", "unlock", "cat config", "docker stop a"]


def test_services_that_stand_still_wait_for_no_other_run(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that came meanwhile is one of a moment, or the copy is left to the next run."""
    now = itertools.count(0.0, 4.0)
    monkeypatch.setattr(backup_restic, "POLL_SECONDS", 0)
    monkeypatch.setattr(backup_restic, "time", SimpleNamespace(monotonic=now.__next__, sleep=lambda _: None))
    seen = world(place, **{"backup --json": LOCKED})
    with pytest.raises(PartlyError, match=r"volume:media: .*already locked"):
        backup_files.backup_volume(settings(tmp_path), seen, settings(tmp_path).volumes[0])
    assert (seen.count("docker stop a"), seen.count("docker start a")) == (1, 1)
    assert seen.count("backup --json") == 3


EARLY, LATER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
RUNS = out([container("a", "app", started=EARLY)])
STANDS = out([container("a", "app", running=False, started=EARLY)])


@pytest.mark.parametrize(
    "after",
    [
        out([container("a", "app", started=LATER)]),
        out([container("a", "app", running=False, started=LATER)]),
        out([container("b", "app", started=LATER)]),
        out([]),
    ],
)
def test_a_copy_beside_a_service_that_ran_is_none(tmp_path: Path, place: Path, after: Result) -> None:
    seen = world(place, **{"docker inspect": [RUNS, STANDS, after]})
    made = settings(tmp_path, **two(tmp_path))
    with pytest.raises(PartlyError, match="volume:media: app ran while it was copied") as caught:
        backup_files.backup_volume(made, seen, made.volumes[0])
    assert caught.value.done == ()
    assert seen.count("forget aaaabbbb") == 2
    assert seen.seen.index("docker start a") < next(n for n, each in enumerate(seen.seen) if "forget" in each)


def test_a_copy_that_cannot_be_dropped_is_told(tmp_path: Path, place: Path) -> None:
    seen = world(place, **{"docker inspect": [RUNS, STANDS, RUNS], "forget": Result(status=1, err="no right")})
    with pytest.raises(PartlyError, match="could not remove snapshots: no right"):
        backup_files.backup_volume(settings(tmp_path), seen, settings(tmp_path).volumes[0])


def test_an_engine_that_cannot_tell_vouches_for_no_copy(tmp_path: Path, place: Path) -> None:
    gone = Result(status=1, err="Cannot connect")
    seen = world(place, **{"docker inspect": [RUNS, STANDS], "docker ps": [*[Result(status=0, out="a\n")] * 2, gone]})
    with pytest.raises(PartlyError, match=r"nobody knows whether its services stood still.*Cannot connect"):
        backup_files.backup_volume(settings(tmp_path), seen, settings(tmp_path).volumes[0])
    assert seen.count("forget aaaabbbb") == 1


def test_a_copy_that_fails_starts_the_services(tmp_path: Path, place: Path) -> None:
    seen = world(place, **{"backup --json": Result(status=1, err="Fatal: no room")})
    with pytest.raises(PartlyError, match=r"volume:media: .*no room"):
        backup_files.backup_volumes(settings(tmp_path), seen)
    assert (seen.count("docker stop a"), seen.count("docker start a")) == (1, 1)


def test_a_volume_that_is_not_there_is_told(tmp_path: Path, place: Path) -> None:
    seen = world(place, **{"volume inspect shop_media": Result(status=1, err="no such volume")})
    with pytest.raises(PartlyError, match="volume shop_media is not there: no such volume") as caught:
        backup_files.backup_volumes(settings(tmp_path), seen)
    assert [each.tag for each in caught.value.done] == ["volume:logs"]


def test_the_hosts_files_are_copied_without_exception(tmp_path: Path, place: Path) -> None:
    seen = world(place)
    (copy,) = backup_files.backup_host(settings(tmp_path), seen)
    assert copy.tag == "host"
    assert seen.seen[-1] == "backup --json --quiet --host shop --tag host -- holdfast"


def test_the_hosts_files_come_back_into_an_empty_directory_alone(tmp_path: Path, place: Path) -> None:
    source = Source(restic=restic(tmp_path, world(place)))
    backup_files.restore_host(source, tmp_path / "target")
    assert (tmp_path / "target/_data/file").read_text(encoding="utf-8") == "restored"
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    with pytest.raises(FilesError, match="is not empty"):
        backup_files.restore_host(source, tmp_path / "full")


@pytest.mark.parametrize("replace", [False, True])
def test_a_volume_is_replaced_only_where_that_is_said(tmp_path: Path, place: Path, *, replace: bool) -> None:
    (place / "old").touch()
    seen = world(place)
    source = Source(restic=restic(tmp_path, seen), replace=replace)
    if replace:
        backup_files.restore_volume(settings(tmp_path), seen, source, "media")
        assert [each.name for each in place.iterdir()] == ["file"]
        assert place.stat().st_mode & 0o777 == 0o750
    else:
        with pytest.raises(FilesError, match="has files"):
            backup_files.restore_volume(settings(tmp_path), seen, source, "media")
        assert [each.name for each in place.iterdir()] == ["old"]
    assert seen.count("docker stop a") == seen.count("docker start a") == replace


def test_a_restore_that_fails_leaves_the_old_files(tmp_path: Path, place: Path) -> None:
    (place / "old").touch()
    seen = world(place, **{"restore aabb": Result(status=1, err="There were 2 errors")})
    source = Source(restic=restic(tmp_path, seen), replace=True)
    with pytest.raises(FilesError, match="There were 2 errors"):
        backup_files.restore_volume(settings(tmp_path), seen, source, "media")
    assert [each.name for each in place.iterdir()] == ["old"]
    assert seen.count("docker start a") == 1


def test_only_what_is_declared_comes_back(tmp_path: Path, place: Path) -> None:
    seen = world(place)
    with pytest.raises(FilesError, match="no volume other is declared"):
        backup_files.restore_volume(settings(tmp_path), seen, Source(restic=restic(tmp_path, seen)), "other")
    with pytest.raises(FilesError, match="there is no repository 2"):
        backup_files.restic_of(settings(tmp_path), seen, 2)
    assert backup_files.restic_of(settings(tmp_path), seen, 1).repository.number == 1


def test_an_engine_that_does_not_tell_is_no_volume_without_users(place: Path) -> None:
    with pytest.raises(FilesError, match="does not tell who uses shop_media: no"):
        backup_files.users(World({"docker ps": Result(status=1, err="no")}), "shop_media")
    assert [each.id for each in backup_files.users(world(place), "shop_media")] == ["a"]
    assert backup_files.users(World({}), "shop_media") == []


def test_a_user_that_goes_away_while_it_is_looked_at_is_told() -> None:
    gone = Result(status=1, err="no such container")
    seen = World({"docker ps": Result(status=0, out="a\n"), "docker inspect": gone})
    with pytest.raises(FilesError, match="shop_media went away meanwhile: no such container"):
        backup_files.users(seen, "shop_media")
