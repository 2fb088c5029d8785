# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A drill judges what it restored, tells what it measured, and says all that is wrong."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_beside
from ansible_collections.holdfast.host.plugins.module_utils import backup_drill as subject
from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils.backup_beside import Copy
from ansible_collections.holdfast.host.plugins.module_utils.backup_content import State
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_info import Stanza
from ansible_collections.holdfast.host.plugins.module_utils.backup_survey import Known
from ansible_collections.holdfast.host.plugins.module_utils.backup_timeline import Line
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine, running
from tests.unit.plugins.module_utils.test_backup_info import SHA, entry

STATE = State(database="app", lsn="0/5000000", tables={"public.a": "2 77"}, larger=("public.b",))
STANZA = Stanza(repository=1, code=0, message="ok", archive="18-1")
SEGMENT = info.name(1, 7)


def known(since: int | None, begun: float = 0) -> Known:
    """Return a repository whose window begins at a moment. begun: the moment of the last restore in place."""
    return Known(stanza=STANZA, lines=[Line(number=1), Line(number=2, begun=begun)], since=since)


def second(one: Known, now: float, seed: int) -> str:
    """Return the second that a seed chooses."""
    return subject.second_of(one, now, random.Random(seed))  # noqa: S311 - a moment, not a secret.


def copy_of(directory: Path, world: World) -> Copy:
    """Return a copy that answers."""
    return Copy(engine=engine(directory, world), container="shop-drill", volume="shop-drill", fetched=2, replayed=1)


def test_the_second_lies_in_the_window_and_is_the_same_with_the_same_seed() -> None:
    assert second(known(None), 1000, 1) == ""
    assert second(known(999), 1000, 1) == ""
    assert second(known(998), 1000, 1) == "1970-01-01 00:16:39+00:00"
    seen = {second(known(100), 200, seed) for seed in range(200)}
    assert min(seen) == "1970-01-01 00:01:41+00:00"
    assert max(seen) == "1970-01-01 00:03:19+00:00"
    assert second(known(100), 200, 7) == second(known(100), 200, 7)


def test_no_second_that_a_restore_left_behind() -> None:
    assert second(known(100, begun=197.5), 200, 1) in (
        "1970-01-01 00:03:18+00:00", "1970-01-01 00:03:19+00:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("assertion", "database", "query"),
    [
        ("select true", "app", "select true"),
        ("stats: select true", "stats", "select true"),
        ("select ':' = 'a: b'", "app", "select ':' = 'a: b'"),
    ],
)
def test_the_database_of_an_assertion(assertion: str, database: str, query: str) -> None:
    assert subject.asked_of(assertion, "app") == (database, query)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (Result(status=0, out="t\n"), []),
        (Result(status=0, out="f\n"), ["assertion 'select true': f, and not true"]),
        (Result(status=0), ["assertion 'select true': nothing, and not true"]),
        (Result(status=1, err="no such table"), ["assertion 'select true': no such table, and not true"]),
    ],
)
def test_assertions_must_say_true(tmp_path: Path, said: Result, wrong: list[str]) -> None:
    copy = copy_of(tmp_path, World({"psql": said}))
    assert list(subject.unfulfilled(settings(tmp_path), copy)) == wrong


def test_damage_is_told(tmp_path: Path) -> None:
    assert subject.damage(engine(tmp_path, World({})), copy_of(tmp_path, World({}))) == []
    broken = engine(tmp_path, World({"pg_amcheck": Result(status=2, out="heap table public.a, block 3: broken")}))
    assert subject.damage(broken, copy_of(tmp_path, World({}))) == [
        "the restored copy is damaged: heap table public.a, block 3: broken"
    ]


def test_a_commit_has_arrived_when_every_repository_lists_its_segment(tmp_path: Path) -> None:
    listed = [out({}), out({f"{info.name(1, 6)}-{SHA}.zst": {}}), out({f"{SEGMENT}-{SHA}.zst": {}})]
    answers: dict[str, Any] = {"repo-ls": listed, "psql": [Result(status=0, out="9"), Result(status=0, out=SEGMENT)]}
    world = World(running("postgres") | answers)
    assert subject.arrive(engine(tmp_path, world), [known(1)]) > 0
    assert world.count(f"archive/main/18-1/{SEGMENT[:16]}") == 3
    late = World(running("postgres") | {"repo-ls": out({}), "psql": Result(status=0, out=SEGMENT)})
    with pytest.raises(FailedError, match="is not in every repository within 120 s"):
        subject.arrive(engine(tmp_path, late), [known(1)])


def test_what_is_told() -> None:
    done = subject.Drill(
        state=STATE, repository=1, rpo=9.5, fetched=2.25, replayed=1.5, second="2026-01-31 12:05:00+00:00", wrong=()
    )
    assert done.text() == (
        "1 tables of app are as they were (1 larger ones were not compared); a commit was in every repository after "
        "9.5 s; restored from repository 1 in 3.8 s (fetched 2.2, replayed 1.5) and to 2026-01-31 12:05:00+00:00"
    )
    assert done.figures() == {
        "rto_seconds": 3.75, "fetch_seconds": 2.25, "replay_seconds": 1.5, "rpo_seconds": 9.5, "compared_tables": 1,
        "skipped_tables": 1,
    }  # fmt: skip


def test_without_room_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_engine: object, _size: int) -> None:
        raise FailedError("no room")

    monkeypatch.setattr(backup_beside, "room", none)
    answers = {"label=org.holdfast": Result(status=0), " info": out([entry()]), "repo-ls": out({})}
    seen = World(answers | running("postgres") | {"psql": Result(status=0, out="1000")})
    with pytest.raises(FailedError, match="no room"):
        subject.drill(engine(tmp_path, seen), settings(tmp_path), 1)
    assert seen.count(" restore") == 0
