# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A recovery that is killed in any of its steps goes on, and does nothing twice but the step in which it was killed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import atomic, backup_files, backup_redis
from ansible_collections.holdfast.host.plugins.module_utils import backup_recover as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from tests.unit.plugins.module_utils.backup_world import World, out, snapshot
from tests.unit.plugins.module_utils.test_backup_info import entry
from tests.unit.plugins.module_utils.test_backup_recover import SERVES, THERE, recovery


class KilledError(BaseException):
    """Stands for the end of the process."""


class Mortal:
    """Does so many things, and is killed in the next one: before it has an effect, or when it has had it."""

    def __init__(self, things: int, *, late: bool) -> None:
        self.things, self.late = things, late

    def __call__(self, work: Callable[[], Any]) -> Any:
        self.things -= 1
        if self.things < 0:
            if self.late:
                work()
            raise KilledError
        return work()


COPIES = {
    "cat config": out({"id": "a"}), "snapshots": out([snapshot("aa", "x")]), " info": out([entry()]),
    "repo-ls": out({"20260101-000000F": {}}),
}  # fmt: skip
STEPS = [" restore", "restored media", "restored logs", "up --detach", "restored redis"]


def recovered(directory: Path, patched: pytest.MonkeyPatch, mortal: Mortal, *, there: bool = False) -> World:
    """Recover for as long as it lives, and return what was done. there: whether the host has volumes."""
    world, write = (
        World(
            {"label=org.holdfast": Result(status=0)} | COPIES | SERVES | ({"docker volume ls": THERE} if there else {})
        ),
        atomic.write_file,
    )

    def run(command: Sequence[str], given: str = "") -> Result:
        result: Result = mortal(lambda: world(command, given))
        return result

    def volume(_settings: Settings, run: Run, _source: backup_files.Source, name: str) -> None:
        run(["restored", name], "")

    def redis(_settings: Settings, run: Run, _source: backup_files.Source) -> int:
        run(["restored", "redis"], "")
        return 7

    patched.setattr(backup_files, "restore_volume", volume)
    patched.setattr(backup_redis, "restore", redis)
    patched.setattr(atomic, "write_file", lambda *words: mortal(lambda: write(*words)))
    made = recovery(directory, world)
    assert made.engine is not None
    mortally = replace(made, run=run, engine=replace(made.engine, run=run))
    with contextlib.suppress(KilledError):
        list(subject.before_stores(mortally))
        list(subject.replay(mortally))
        list(subject.after_stores(mortally))
    return world


@pytest.mark.parametrize("late", [False, True])
def test_a_recovery_may_be_killed_in_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, late: bool) -> None:
    killed = 0
    for things in range(50):
        directory = tmp_path / str(things)
        directory.mkdir()
        with monkeypatch.context() as patched:
            first = recovered(directory, patched, Mortal(things, late=late))
        killed += recovery(directory, World({})).left() != [] or not (directory / subject.LEDGER).exists()
        with monkeypatch.context() as patched:
            made = first.count("docker volume create") > 0
            again = recovered(directory, patched, Mortal(1000, late=late), there=made)
        with monkeypatch.context() as patched:
            idle = recovered(directory, patched, Mortal(1000, late=late), there=True)
        begun = [what for what in STEPS if first.count(what)]
        for what in STEPS:
            assert first.count(what) + again.count(what) >= 1, f"{what}: killed after {things}"
            # The one in which it was killed may come again, and none before.
            assert again.count(what) <= (what not in begun[:-1]), f"{what}: killed after {things}"
        fetched = [each for each in first.seen + again.seen if each.endswith(" restore")]
        assert 1 <= len(fetched) <= 2
        # What a killed fetch left is a half, which nothing but a comparison with the backup makes whole.
        assert all("--delta" in each for each in fetched[1:])
        assert recovery(directory, World({})).left() == []
        assert idle.seen == ["docker volume ls --quiet"]
    assert 15 < killed < 40
