# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a restore takes away is said in words, and nothing is done before it is confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_asked as subject
from ansible_collections.holdfast.host.plugins.module_utils import backup_beside, backup_place, backup_single
from ansible_collections.holdfast.host.plugins.module_utils.backup_asked import Asked
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_ledger import Ledger, keep
from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import Pipe, piper
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, settings
from tests.unit.plugins.module_utils.test_backup_choice import HOUR, NOW, of_two, time, two, world
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_place import DEAD, place

PIPE = piper(timeout_seconds=1)


def done(directory: Path, asked: Asked, seen: World | None = None) -> list[str]:
    """Do what is asked for, and return what was said."""
    host: Engine = engine(directory, seen or world())
    return list(subject.give_back(host, settings(directory), PIPE, asked, NOW))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "less than a second"), (1, "1 second"), (61, "1 minute and 1 second"), (7325, "2 hours and 2 minutes"),
        (86_400, "1 day"), (3 * 86_400 + 59, "3 days and 59 seconds"), (-5, "less than a second"),
    ],
)  # fmt: skip
def test_a_time_in_words(seconds: float, text: str) -> None:
    assert subject.lasting(seconds) == text


def test_what_is_lost(tmp_path: Path) -> None:
    made = settings(tmp_path)
    whole = subject.warning(made, time(2 * HOUR), NOW)
    assert "The whole cluster, databases app, loses all that was committed after 2033-05-18 01:33:20+00:00" in whole
    assert "the last 2 hours, until now, 2033-05-18 03:33:20+00:00. It can be had again" in whole
    assert "is lost for good" in subject.warning(made, time(60), NOW, last=False)
    one = subject.warning(made, Target(kind="name", value="x", databases=("app",)), NOW)
    assert one.startswith("Database app loses all that was committed after name x, until now")
    assert "kept under another name" in one
    assert "what the repositories do not hold yet" in subject.warning(made, Target(), NOW)
    assert "after immediate, until now" in subject.warning(made, Target(kind="immediate"), NOW)


@pytest.mark.parametrize("confirm", ["", "another", "SHOP"])
def test_unconfirmed_nothing_is_done(tmp_path: Path, confirm: str) -> None:
    seen = world()
    with pytest.raises(
        subject.UnconfirmedError, match=r"the last 1 minute(.|\n)*From backup OLD of repository 1(.|\n)*--confirm shop"
    ):
        done(tmp_path, Asked(target=time(60), confirm=confirm), seen)
    assert all(" info" in each or "repo-" in each for each in seen.seen)


def test_one_that_was_broken_off_is_told(tmp_path: Path) -> None:
    keep(settings(tmp_path), Ledger(asked="latest", repository=1, backup="FORMER", timeline=1, step="fetched"))
    seen = World({"{{.ID}}": Result(status=0), **place(**DEAD).answers})
    with pytest.raises(subject.UnconfirmedError, match="It was broken off, and goes on where it was"):
        done(tmp_path, Asked(target=Target()), seen)
    for target in (time(60), Target(databases=("app",))):
        with pytest.raises(subject.UnconfirmedError, match="From backup OLD"):
            done(tmp_path, Asked(target=target), seen)


def test_what_cannot_be_reached_is_not_offered_to_be_confirmed(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="cannot be reached: any second from") as told:
        done(tmp_path, Asked(target=time(20 * HOUR)))
    assert not isinstance(told.value, subject.UnconfirmedError)
    with pytest.raises(FailedError, match="no database other is declared"):
        done(tmp_path, Asked(target=Target(databases=("other",)), confirm="shop"))


def test_a_server_beside_says_how_to_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Target] = []
    monkeypatch.setattr(backup_beside, "remove", lambda *_: None)
    monkeypatch.setattr(backup_beside, "room", lambda *_: None)
    monkeypatch.setattr(backup_beside, "keep", lambda _engine, _settings, target, _name: kept.append(target))
    said = done(tmp_path, Asked(target=time(60), beside=True, last=False))
    assert said[0].startswith("shop-beside serves what was at time 2033")
    assert said[1] == "look into it: docker exec -it shop-beside psql -U holdfast -d app"
    assert (kept[0].backup, kept[0].timeline) == ("OLD", 2)


def test_confirmed_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_place, "begin", lambda *_, **__: "ledger")
    monkeypatch.setattr(backup_place, "restore", lambda *_, **__: iter(["the whole cluster"]))
    monkeypatch.setattr(backup_single, "restore", lambda *_: iter(["one database"]))
    assert done(tmp_path, Asked(target=time(60), confirm="shop"))[1:] == ["the whole cluster"]
    one = Target(databases=("app",))
    assert done(tmp_path, Asked(target=one, confirm="shop"), place())[1:] == ["one database"]


@pytest.mark.parametrize(("repository", "last"), [(0, True), (2, True), (2, False), (1, False)])
def test_one_database_while_a_repository_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: int, last: bool
) -> None:
    chosen: list[Target] = []

    def restore(_engine: Engine, _settings: Settings, _pipe: Pipe, one: Target, _now: float) -> list[str]:
        chosen.append(one)
        return ["done"]

    monkeypatch.setattr(backup_single, "restore", restore)
    one = Target(databases=("app",), repository=repository)
    asked = Asked(target=one, confirm="shop", last=last)
    seen = place(**{"--repo=1 info": Result(status=1, err="no route")}, **of_two())
    host, made = engine(tmp_path, seen), two(settings(tmp_path))
    if repository == 1:
        with pytest.raises(FailedError, match="latest cannot be reached"):
            list(subject.give_back(host, made, PIPE, asked, NOW))
        return
    said = list(subject.give_back(host, made, PIPE, asked, NOW))
    assert (chosen[0].repository, chosen[0].backup) == (2, "OLD")
    assert any("not archived in repository 1" in each for each in said) == last
    assert (seen.count("--filter=0") > 0) == last
