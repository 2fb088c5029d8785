# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The archive is taken into use once, refused where it is another's, and judged by what the repositories say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_postgres as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import Truth
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine, running
from tests.unit.plugins.module_utils.test_backup_info import SHA, entry

DAY = 86_400
SYSTEM = {"pg_control_system": Result(status=0, out="7\n"), "psql": Result(status=0, out="7\n")}
LISTED = {f"18-1/{info.name(1, each)}-{SHA}.zst": {"type": "file"} for each in range(3, 9)}
# What lies beside it, of the backups.
LISTED |= {name: {"type": "path"} for name in ("20260101-000000F", "NEW")}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a clock that is a minute after the backup of ``entry``."""
    monkeypatch.setattr(subject, "time", SimpleNamespace(time=lambda: 170.0))


def world(said: list[dict[str, Any]], **more: Any) -> World:
    """Return a cluster whose repository says something."""
    told = {" info": out(said), "repo-ls": out(LISTED)} | SYSTEM
    return World(more | {part: each for part, each in (told | running("postgres")).items() if part not in more})


def status(code: int, message: str = "") -> list[dict[str, Any]]:
    return [entry(repo=[{"key": 1, "status": {"code": code, "message": message}}], backup=[], archive=[])]


def test_a_new_repository_is_taken_into_use(tmp_path: Path) -> None:
    seen = world([])
    assert subject.create(engine(tmp_path, seen), settings(tmp_path)) == ["repository 1 was taken into use"]
    assert seen.count("stanza-create") == 1


def test_a_known_one_is_left_as_it_is(tmp_path: Path) -> None:
    seen = world([entry()])
    assert subject.create(engine(tmp_path, seen), settings(tmp_path)) == []
    assert seen.count("stanza-create") == 0


def test_another_clusters_is_refused(tmp_path: Path) -> None:
    other = entry(db=[{"id": 1, "repo-key": 1, "system-id": 8, "version": "18"}])
    seen = world([other])
    with pytest.raises(FailedError, match=r"another cluster \(8, and this is 7\)"):
        subject.create(engine(tmp_path, seen), settings(tmp_path))
    assert seen.count("stanza-create") == 0


@pytest.mark.parametrize("code", [-1, 4, 99])
def test_one_that_cannot_be_read_is_refused(tmp_path: Path, code: int) -> None:
    seen = (
        world(status(code, "no such key")) if code > 0 else world([], **{" info": Result(status=1, err="no such key")})
    )
    with pytest.raises(FailedError, match="no such key"):
        subject.create(engine(tmp_path, seen), settings(tmp_path))
    assert seen.count("stanza-create") == 0


def test_a_backup_of_each_repository(tmp_path: Path) -> None:
    seen = world([entry()])
    assert subject.backup(engine(tmp_path, seen), settings(tmp_path), "full") == 300
    assert (
        seen.count("--repo=1 --repo1-retention-archive=3 --repo1-retention-archive-type=full --type=full backup") == 1
    )


def test_by_what_is_not_known_no_log_is_removed(tmp_path: Path) -> None:
    seen = world([], **{" info": Result(status=1, err="no route")})
    subject.backup(engine(tmp_path, seen), settings(tmp_path), "incr")
    assert seen.count("--repo=1 --type=incr backup") == 1


def test_a_backup_in_no_repository(tmp_path: Path) -> None:
    seen = world([entry()])
    assert subject.backup(engine(tmp_path, seen), settings(tmp_path), "full", []) == 0
    assert seen.count("backup") == 0


def test_a_backup_that_fails_is_told_with_its_place(tmp_path: Path) -> None:
    seen = world([entry()], **{"--type=full backup": Result(status=55, err="no room")})
    with pytest.raises(FailedError, match=r"repository 1 .*no room"):
        subject.backup(engine(tmp_path, seen), settings(tmp_path), "full")


def test_the_truth(tmp_path: Path) -> None:
    (found,) = subject.truth(engine(tmp_path, world([entry()])), settings(tmp_path), now=200)
    assert (found.reached, found.fulls, found.age, found.newest) == (True, 1, 90, 90)
    assert (found.size, found.stored, found.missing, found.whole) == (1000, 300, (), True)


def test_a_gap_is_the_truth_too(tmp_path: Path) -> None:
    less = {name: each for name, each in LISTED.items() if info.name(1, 6) not in name}
    seen = world([entry()], **{"repo-ls": Result(status=0, out=json.dumps(less))})
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    assert (found.missing, found.whole) == ((info.name(1, 6),), False)


@pytest.mark.parametrize(("last", "missing"), [(8, ()), (9, (info.name(1, 9),))])
def test_what_the_archiver_saw_off_must_be_there(tmp_path: Path, last: int, missing: tuple[str, ...]) -> None:
    seen, made = world([entry()]), settings(tmp_path)
    (found,) = subject.truth(engine(tmp_path, seen), made, now=200, last=info.name(1, last))
    assert (found.missing, found.whole) == (missing, not missing)


def test_a_backup_that_is_listed_and_not_there_is_none(tmp_path: Path) -> None:
    first = entry()["backup"][0]
    second = first | {"label": "GONE", "timestamp": {"start": 150, "stop": 160}}
    seen = world([entry(backup=[first, second])])
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    assert (found.lost, found.fulls, found.age, found.whole) == (("GONE",), 1, 90, True)
    (found,) = subject.truth(engine(tmp_path, world([entry(backup=[second])])), settings(tmp_path), now=200)
    assert (found.reached, found.lost, found.age, found.whole) == (True, ("GONE",), None, False)


def test_no_log_is_missed_that_pgbackrest_keeps_for_lost_backups_alone(tmp_path: Path) -> None:
    """Of the newest two, as it counts them, one is lost: between the oldest and the next the log may have gone."""
    base = entry()["backup"][0]
    less = {name: each for name, each in LISTED.items() if info.name(1, 5) not in name}

    def found(days: tuple[int, int, int]) -> Truth:
        backups = [
            base
            | {"label": label, "archive": {"start": info.name(1, at), "stop": info.name(1, at)}}
            | {"timestamp": {"start": day * DAY, "stop": day * DAY}}
            for (label, at), day in zip((("20260101-000000F", 3), ("NEW", 7), ("GONE", 8)), days, strict=True)
        ]
        seen = world([entry(backup=backups)], **{"repo-ls": out(less)})
        return subject.truth(engine(tmp_path, seen), settings(tmp_path), now=30 * DAY)[0]

    assert (found((1, 2, 29)).lost, found((1, 2, 29)).missing) == (("GONE",), ())
    assert found((1, 28, 29)).missing == (info.name(1, 5),)


def taken_back(lost: int) -> dict[str, Any]:
    """Return a listing after a server was taken back within segment 6; one segment of its new timeline is lost."""
    second = {f"18-1/{info.name(2, each)}-{SHA}.zst": {"type": "file"} for each in range(6, 9) if each != lost}
    return LISTED | second | {"00000002.history": {"type": "file", "time": 150}}


def test_a_history_tells_where_a_timeline_begins(tmp_path: Path) -> None:
    history = Result(status=0, out="1\t0/6000028\tbefore 2026-01-31 12:05:00+00\n")
    whole = world([entry()], **{"repo-ls": out(taken_back(0)), "repo-get": history})
    (found,) = subject.truth(engine(tmp_path, whole), settings(tmp_path), now=200)
    assert (found.missing, found.whole) == ((), True)
    assert whole.count("--repo=1 repo-get archive/main/18-1/00000002.history") == 1
    # The first timeline has a sixth segment, too.
    less = world([entry()], **{"repo-ls": out(taken_back(6)), "repo-get": history})
    (found,) = subject.truth(engine(tmp_path, less), settings(tmp_path), now=200)
    assert (found.missing, found.whole) == ((info.name(2, 6),), False)


def test_a_history_that_is_lost_is_told_after_a_new_backup_too(tmp_path: Path) -> None:
    first = entry()["backup"][0]
    second = first | {"label": "NEW", "archive": {"start": info.name(2, 7), "stop": info.name(2, 7)}}
    less = {path: each for path, each in taken_back(0).items() if "history" not in path}
    seen = world([entry(backup=[first, second])], **{"repo-ls": out(less)})
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    assert (found.missing, found.whole) == (("00000002.history",), True)


@pytest.mark.parametrize("call", ["repo-ls", "repo-get"])
def test_a_listing_that_fails_is_no_gap(tmp_path: Path, call: str) -> None:
    answers = {"repo-ls": out(taken_back(0))} | {call: Result(status=1, err="timeout")}
    (found,) = subject.truth(engine(tmp_path, world([entry()], **answers)), settings(tmp_path), now=200)
    assert (found.reached, found.missing, found.age) == (False, (), None)
    assert "timeout" in found.message


def test_noise_in_what_is_said_of_a_wrong_key_is_no_end(tmp_path: Path) -> None:
    said = json.dumps(status(99, "key/value found outside of section at line 1: NOISE")).replace(
        "NOISE", "a\x01\ufffd\n"
    )
    seen = world(
        [], **{"--output=json --io-timeout=15 --repo=1 info": Result(status=0, out=said), " info": Result(status=0)}
    )
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    told = "is it encrypted with another key? key/value found outside of section at line 1: a"
    assert (found.reached, found.message) == (False, told)


def test_a_repository_that_cannot_be_read_does_not_answer(tmp_path: Path) -> None:
    """pgBackRest exits with 0, has the code 99 and the message "other" as JSON, and the reason as text."""
    reason = Result(status=0, out="stanza: main\n    status: error (other)\n            [CryptoError] no such key\n")
    seen = world([], **{"--output=json --io-timeout=15 --repo=1 info": out(status(99, "other")), " info": reason})
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    assert (found.reached, found.message) == (False, "stanza: main status: error (other) [CryptoError] no such key")


def test_what_is_told_as_json_is_not_asked_twice(tmp_path: Path) -> None:
    told = "[HostConnectError] unable to connect\n    [HostConnectError] on 4 retries"
    seen = world([], **{" info": out(status(99, told))})
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    assert (found.reached, found.message) == (False, " ".join(told.split()))
    assert seen.count(" info") == 1


def test_nothing_is_made_where_one_of_two_is_anothers(tmp_path: Path) -> None:
    first = settings(tmp_path).repositories[0]
    both = replace(settings(tmp_path), repositories=(first, replace(first, number=2)))
    other = entry(db=[{"id": 1, "repo-key": 1, "system-id": 8, "version": "18"}])
    seen = world([], **{"--repo=1 info": out([other]), "--repo=2 info": out([])})
    with pytest.raises(FailedError, match=r"another cluster \(8, and this is 7\)"):
        subject.create(engine(tmp_path, seen), both)
    assert seen.count("stanza-create") == 0


def test_one_that_fails_keeps_no_other_from_its_backup(tmp_path: Path) -> None:
    first = settings(tmp_path).repositories[0]
    both = replace(settings(tmp_path), repositories=(first, replace(first, number=2, where="there")))
    seen = world([entry()], **{"--repo=1 --repo1": Result(status=55, err="no room")})
    with pytest.raises(FailedError) as caught:
        subject.backup(engine(tmp_path, seen), both, "full")
    assert "no room" in str(caught.value)
    assert "there" not in str(caught.value)
    assert (
        seen.count("--repo=2 --repo2-retention-archive=2 --repo2-retention-archive-type=full --type=full backup") == 1
    )


def test_one_that_does_not_answer(tmp_path: Path) -> None:
    seen = world([], **{" info": Result(status=1, err="refused")})
    (found,) = subject.truth(engine(tmp_path, seen), settings(tmp_path), now=200)
    assert (found.reached, found.message, found.age) == (False, "refused", None)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    assert subject.unreadable(engine(tmp_path, world([entry()])), settings(tmp_path)) == []
    said = ("error: checksum", "backup: 20260101-000000F, status: manifest missing")
    for broken in (Result(status=1, err=said[0]), *(Result(status=0, out=each) for each in said)):
        (found,) = subject.unreadable(engine(tmp_path, world([entry()], verify=broken)), settings(tmp_path))
        assert "checksum" in found or "manifest missing" in found
