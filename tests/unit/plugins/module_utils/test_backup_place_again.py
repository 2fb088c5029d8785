# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A restore that has ended by itself is not gone on with, and one repository that fails keeps none from being done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_place as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_ledger import Ledger, under_way
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import settings
from tests.unit.plugins.module_utils.test_backup_choice import NOW, of_two, time, two
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_place import DEAD, FINDS, QUIET, opened, place

DAY = 86_400


@pytest.mark.parametrize(
    ("step", "ago", "world_is", "goes_on"),
    [
        # The server ended its recovery by itself, and the application was started by somebody else.
        ("fetched", 30 * DAY, {}, False),
        ("fetched", 500, {}, False),
        ("secured", 500, {}, False),
        ("served", 1000, {}, False),
        # Killed as the server began to serve: nothing was committed since, and the same one ends.
        ("fetched", 500, QUIET, True),
        ("fetched", 7 * 3600, QUIET, True),
        ("secured", 500, QUIET, True),
        ("served", 1000, QUIET, True),
        # Killed as the application was started.
        ("served", 500, {}, True),
        # Whoever asks a day later means something else.
        ("fetched", 2 * DAY, QUIET, False),
        # Before anything was changed it is as good as not begun.
        ("asked", 500, {}, True),
        ("asked", 2 * DAY, {}, False),
        # A server that does not serve has nothing new.
        ("fetched", 30 * DAY, DEAD, True),
        ("secured", 30 * DAY, DEAD, True),
    ],
)
def test_one_that_has_ended_by_itself_is_not_gone_on_with(
    tmp_path: Path, step: str, ago: float, world_is: dict[str, Any], goes_on: bool
) -> None:
    seen, made = place(**world_is), settings(tmp_path)
    host = engine(tmp_path, seen)
    opened(made, Ledger(asked="latest", repository=1, backup="FORMER", timeline=1, step=step, stopped=("old",)), ago)
    ledger = subject.begin(host, made, Target(), NOW, last=True)
    assert (ledger.backup, ledger.step) == (("FORMER", step) if goes_on else ("OLD", "asked"))
    # A new one is secured, and does not start what a former one stopped long ago, where the application runs again.
    assert seen.count("--type=incr backup") == (not goes_on)
    assert ledger.stopped == (() if ago > DAY and not goes_on and world_is != QUIET else ("old",))
    assert under_way(made) is not None


def test_after_one_that_has_ended_by_itself_all_is_done_anew(tmp_path: Path) -> None:
    seen, made = place(), settings(tmp_path)
    host = engine(tmp_path, seen)
    opened(made, Ledger(asked="latest", repository=1, backup="FORMER", timeline=1, step="fetched"), 30 * DAY)
    ledger = subject.begin(host, made, Target(), NOW, last=True)
    done = list(subject.restore(host, made, Target(), ledger, last=True))
    assert "all that was committed until now is in the repositories, and can be had again" in done
    for each in ("--type=incr backup", "--filter=0", "--delta", "docker start db"):
        assert seen.count(each) == 1
    assert under_way(made) is None


@pytest.mark.parametrize("step", ["secured", "fetched"])
def test_another_target_after_the_server_has_served(tmp_path: Path, step: str) -> None:
    seen, made = place(**QUIET), settings(tmp_path)
    opened(made, Ledger(asked="latest", repository=1, backup="OLD", timeline=2, step=step, stopped=("web",)))
    other = subject.begin(engine(tmp_path, seen), made, time(60), NOW, last=True)
    assert (other.step, other.stopped) == ("asked", ("web",))
    assert seen.count("--type=incr backup") == 1


def test_a_last_backup_in_one_of_two_repositories(tmp_path: Path) -> None:
    made = two(settings(tmp_path))
    seen = place(**of_two(), **{"--repo=2 --repo2-retention": Result(status=1, err="no room")})
    host = engine(tmp_path, seen)
    ledger = subject.begin(host, made, time(60), NOW, last=True)
    assert (ledger.repository, len(ledger.lacking)) == (1, 1)
    done = list(subject.restore(host, made, time(60), ledger, last=True))
    assert done[1].startswith("without a last backup in repository 2 (")
    assert done[1].endswith("no room")
    assert done[2] == "all that was committed until now is in the repositories, and can be had again"
    # Where the first one lacks it, the other one is restored from; not where it was asked for.
    seen = place(**of_two(), **{"--repo=1 --repo1-retention": Result(status=1, err="no room")})
    assert subject.begin(engine(tmp_path, seen), made, time(60), NOW, last=True).repository == 2
    with pytest.raises(FailedError, match=r"no last backup could be made.*no room\n--repository 2 has it"):
        subject.begin(engine(tmp_path, seen), made, replace(time(60), repository=1), NOW, last=True)


@pytest.mark.parametrize("repository", [1, 2])
def test_log_that_does_not_arrive_in_one_of_two(tmp_path: Path, repository: int) -> None:
    made = two(settings(tmp_path))
    host = engine(tmp_path, place(**of_two(), **{f"{FINDS.format(2)}": Result(status=1, err="no route")}))
    target = replace(time(60), repository=repository)
    ledger = subject.begin(host, made, target, NOW, last=False)
    if repository == 2:
        with pytest.raises(FailedError, match=r"that is restored from: repository 2 .*: no route\n--repository 1 has"):
            list(subject.restore(host, made, target, ledger, last=True))
        assert under_way(made) is None
        return
    done = list(subject.restore(host, made, target, ledger, last=True))
    assert done[1].startswith("not archived in repository 2 (")
    assert done[2] == "all that was committed until now is in repository 1, and can be had again"
