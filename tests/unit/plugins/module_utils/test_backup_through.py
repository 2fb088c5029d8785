# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The programs behind the works are run with what the host knows, and their status is the command's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_engine,
    backup_program,
)
from ansible_collections.holdfast.host.plugins.module_utils import backup_through as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from tests.unit.plugins.module_utils.backup_world import World, installed
from tests.unit.plugins.module_utils.test_backup_engine import running


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings that the program finds."""
    return installed(tmp_path, monkeypatch)


def answering(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def runner(**_words: float) -> Run:
        return world

    monkeypatch.setattr(subject, "runner", runner)
    monkeypatch.setattr(backup_engine, "runner", runner)


def test_pgbackrest_runs_where_the_repositories_are_known(
    known: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = Result(status=7, out="stanza: main\n", err="WARN: one\n")
    world = World({"--set=LABEL expire": said} | running("holdfast-backup"))
    answering(monkeypatch, world)
    assert known
    with pytest.raises(SystemExit) as ended:
        backup_program.main(["pgbackrest", "--repo=1", "--set=LABEL", "expire"])
    assert ended.value.code == 7
    assert capsys.readouterr() == ("stanza: main\n", "WARN: one\n")
    assert world.seen[-1].endswith("pgbackrest --stanza=main --repo=1 --set=LABEL expire")


def test_restic_runs_on_the_repository_that_is_named(
    known: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World({"snapshots": Result(status=0, out="one\n")})
    answering(monkeypatch, world)
    assert known
    assert backup_program.main(["restic", "1", "snapshots", "--tag", "redis"]) == 0
    assert capsys.readouterr().out == "one\n"
    assert world.seen[-1] == "snapshots --tag redis"


@pytest.mark.parametrize(("words", "said"), [([], "name the repository first"), (["snapshots"], "by its number: 1 ("),
                                             (["9", "snapshots"], "there is no repository 9")])  # fmt: skip
def test_a_repository_that_is_not_named_is_asked_for(
    known: Settings, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert known
    assert backup_program.main(["restic", *words]) == 1
    assert said in capsys.readouterr().err
