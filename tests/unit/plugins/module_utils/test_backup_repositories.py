# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A repository that does not answer keeps nobody from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_keep
from ansible_collections.holdfast.host.plugins.module_utils import backup_repositories as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import (
    Copy,
    FilesError,
    PartlyError,
    collected,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from tests.unit.plugins.module_utils.backup_world import World, settings


@pytest.fixture
def two(tmp_path: Path) -> Settings:
    """Have settings with two repositories."""
    one = settings(tmp_path)
    first = one.repositories[0]
    return replace(one, repositories=(first, replace(first, number=2)))


def test_every_repository_is_tidied(two: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def tidy(_settings: Settings, repository: Repository, _run: Run, _now: float) -> bool:
        asked.append(repository.number)
        if repository.number == 1:
            raise FilesError("repository 1: no route")
        return True

    def volume() -> Sequence[Copy]:
        raise FilesError("volume:media is not there")

    monkeypatch.setattr(backup_keep, "tidy", tidy)
    with pytest.raises(PartlyError, match="volume:media is not there") as told:
        collected([volume, *subject.tidying(two, World({}))])
    assert "repository 1: no route" in str(told.value)
    assert asked == [1, 2]


def test_every_repository_is_read(two: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def check(_settings: Settings, repository: Repository, _run: Run, now: float, *, at_once: bool) -> object:
        asked.append((repository.number, at_once))
        if repository.number == 1:
            raise FilesError("repository 1: no route")
        return backup_keep.Checked(repository=2, at=now, sound=False, part=1, message="damaged")

    monkeypatch.setattr(backup_keep, "check", check)
    assert subject.unsound(two, World({})) == ["repository 1: no route", "repository 2: damaged"]
    assert asked == [(1, True), (2, True)]
