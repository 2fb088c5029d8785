# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One database is dumped from a copy, and exchanged when it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_beside
from ansible_collections.holdfast.host.plugins.module_utils import backup_single as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, container, out, settings
from tests.unit.plugins.module_utils.test_backup_choice import NOW, world
from tests.unit.plugins.module_utils.test_backup_engine import engine

ONE = Target(databases=("app",), repository=1, backup="OLD", timeline=2)
KEPT = "app_until_20330518_033320"


def host(**more: Result) -> World:
    """Return a host whose stack runs, with a repository and without a copy."""
    answers: dict[str, Any] = more | {
        "label=org.holdfast": Result(status=0), "{{json .State}}": out({"Running": True}),
        "pg_is_in_recovery": Result(status=0, out="f\n"), "docker ps": Result(status=0, out="db\n"),
        "docker inspect": out([container("db", "postgres")]), "-d postgres -f -": Result(status=0, out="1000"),
    }  # fmt: skip
    return World({**answers, **world().answers})


def test_the_former_name_is_one() -> None:
    assert subject.former_name("app", NOW) == KEPT
    assert len(subject.former_name("ä" * 31, NOW).encode()) <= subject.MOST_BYTES


def test_it_is_exchanged_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_beside, "room", lambda *_: None)
    seen, piped = host(), []

    def pipe(first: Sequence[str], second: Sequence[str]) -> tuple[Result, Result]:
        piped.append((" ".join(first), " ".join(second)))
        return Result(status=0), Result(status=0)

    said = list(subject.restore(engine(tmp_path, seen), settings(tmp_path), pipe, ONE, NOW))
    ((dumped, filled),) = piped
    assert dumped.startswith("docker exec shop-single pg_dump")
    assert filled.startswith("docker exec -i db pg_restore")
    assert seen.count("--set=OLD --db-include=app restore") == 1
    assert f"what it was until now is kept as {KEPT}" in said[2]
    assert any(f"before={KEPT}" in each for each in seen.seen)


def test_a_half_one_is_not_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_beside, "room", lambda *_: None)
    seen = host()

    def pipe(_first: Sequence[str], _second: Sequence[str]) -> tuple[Result, Result]:
        return Result(status=1, err="no such relation"), Result(status=1)

    with pytest.raises(FailedError, match="app was not restored: pg_dump: no such relation"):
        list(subject.restore(engine(tmp_path, seen), settings(tmp_path), pipe, ONE, NOW))
    assert not any("before=" in each for each in seen.seen)
    assert "label=org.holdfast.beside=shop-single" in seen.seen[-1]
