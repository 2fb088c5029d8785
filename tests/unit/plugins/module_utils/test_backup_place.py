# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A restore in place does each step once, goes on where it was killed, and fails before it has changed anything."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_place as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_ledger import Ledger, keep, path, under_way
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, container, out, settings
from tests.unit.plugins.module_utils.test_backup_choice import NOW, time, world
from tests.unit.plugins.module_utils.test_backup_engine import engine

HERE = {
    "docker inspect --format": out({"Running": True}), "pg_is_in_recovery": Result(status=0, out="f\n"),
    "{{.ID}}": Result(
        status=0, out="web shop-blue False\nproxy shop-edge False\ndb shop-stores False\nother blog-app False\n"
    ),
    "docker ps --all": Result(status=0, out="db\n"),
    "docker container ls": Result(status=0, out="web\nproxy\ndb\nworker\nold\nshell\n"),
    "docker inspect --type": out([container("db", "postgres")]),
    "label=org.holdfast": Result(status=0), "-d postgres -f -": Result(status=0, out=info.name(2, 11)),
}  # fmt: skip
DEAD, QUIET = {"pg_is_in_recovery": Result(status=2)}, {"{{.ID}}": Result(status=0)}
FINDS = "--repo={} --output=json --io-timeout=15 --filter=0"
# Containers with a label of ours come first: none was left.
STACK = {"label=org.holdfast": Result(status=0)} | HERE


def place(**more: Any) -> World:
    """Return a host whose stack runs, with a repository."""
    answers: dict[str, Any] = {**STACK, **world().answers}
    return World(more | {part: each for part, each in answers.items() if part not in more})


def opened(made: Settings, ledger: Ledger, ago: float = 500) -> None:
    """Have a restore that was broken off a while ago."""
    keep(made, ledger)
    os.utime(path(made), (NOW - ago, NOW - ago))


def test_each_step_once(tmp_path: Path) -> None:
    seen, made = place(), settings(tmp_path)
    host = engine(tmp_path, seen)
    ledger = subject.begin(host, made, time(60), NOW, last=True)
    assert (ledger.backup, ledger.timeline, ledger.step) == ("OLD", 2, "asked")
    assert seen.count("--type=incr backup") == 1
    assert under_way(made) is None
    done = list(subject.restore(host, made, time(60), ledger, last=True))
    assert done[0] == "1 containers of the application stand still"
    signs = ("docker stop", "--filter=0", "postmaster.pid", "--delta", "docker start", "systemctl")
    order = [each for each in seen.seen if any(sign in each for sign in signs)]
    assert order[0] == "docker stop web"
    assert order[1].endswith(f"repo-ls archive/main/18-1/{info.name(2, 11)[:16]}")
    assert order[2] == "docker stop db"
    assert order[3].endswith("/postmaster.pid")
    assert "--set=OLD --target-timeline=2" in order[4]
    assert order[5:] == [
        "docker start db", "docker start web", "systemctl start --no-block holdfast-backup@full.service",
    ]  # fmt: skip
    assert under_way(made) is None


@pytest.mark.parametrize(
    ("step", "fetches", "starts"), [("asked", 1, 1), ("secured", 1, 1), ("fetched", 0, 1), ("served", 0, 0)]
)
def test_it_goes_on_where_it_was(tmp_path: Path, step: str, fetches: int, starts: int) -> None:
    seen, made = place(**QUIET), settings(tmp_path)
    host = engine(tmp_path, seen)
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    opened(made, replace(ledger, step=step, stopped=("web",)))
    again = subject.begin(host, made, time(60), NOW + 500, last=True)
    assert (again.step, again.backup) == (step, "OLD")
    assert seen.count("--type=incr backup") == 0
    list(subject.restore(host, made, time(60), again, last=False))
    assert seen.count("--delta") == fetches
    assert seen.count("docker start db") == starts
    assert seen.count("docker start web") == 1
    assert under_way(made) is None


def test_another_target_while_one_is_under_way(tmp_path: Path) -> None:
    made = settings(tmp_path)
    host = engine(tmp_path, place(**DEAD))
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    opened(made, replace(ledger, step="fetched", stopped=("web",)))
    other = subject.begin(host, made, Target(), NOW, last=True)
    # What was fetched is given up; there is nothing of the half server to be secured.
    assert (other.asked, other.step, other.stopped) == ("latest", "secured", ("web",))


def test_the_same_target_from_another_repository(tmp_path: Path) -> None:
    made = settings(tmp_path)
    host = engine(tmp_path, place(**DEAD))
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    opened(made, replace(ledger, repository=7, step="fetched", stopped=("web",)))
    other = subject.begin(host, made, replace(time(60), repository=ledger.repository), NOW, last=True)
    assert (other.repository, other.step) == (ledger.repository, "secured")


def test_the_same_target_from_another_backup(tmp_path: Path) -> None:
    made = settings(tmp_path)
    host = engine(tmp_path, place(**DEAD))
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    opened(made, replace(ledger, backup="FORMER", step="fetched"))
    other = subject.begin(host, made, replace(time(60), backup="OLD"), NOW, last=True)
    assert (other.backup, other.step) == ("OLD", "secured")


def test_what_was_served_is_secured_before_it_is_taken_back_again(tmp_path: Path) -> None:
    seen, made = place(), settings(tmp_path)
    host = engine(tmp_path, seen)
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    opened(made, replace(ledger, step="served", stopped=("web",)))
    other = subject.begin(host, made, Target(), NOW, last=True)
    assert (other.step, other.stopped) == ("asked", ("web",))
    assert seen.count("--type=incr backup") == 1


def test_a_container_that_is_gone_is_not_started(tmp_path: Path) -> None:
    seen, made = place(**{"{{.ID}}": Result(status=0, out="shell shop-blue True\n")}), settings(tmp_path)
    host = engine(tmp_path, seen)
    ledger = replace(subject.begin(host, made, time(60), NOW, last=False), stopped=("web", "replaced"))
    done = list(subject.restore(host, made, time(60), ledger, last=False))
    assert done[0] == "2 containers of the application stand still"
    assert next(each for each in seen.seen if "docker st" in each) == "docker stop web shell"
    assert seen.count("docker start web") == 1
    assert seen.count("shell") == 1
    assert seen.count("replaced") == 0
    assert under_way(made) is None


def test_without_a_repository_nothing_is_begun(tmp_path: Path) -> None:
    seen, made = place(**{"--type=incr backup": Result(status=1, err="no route")}), settings(tmp_path)
    with pytest.raises(FailedError, match=r"no last backup could be made.*no route\n--without-last"):
        subject.begin(engine(tmp_path, seen), made, time(60), NOW, last=True)
    assert under_way(made) is None
    assert seen.count("docker stop") == 0


def test_log_that_does_not_arrive_lets_the_application_go_on(tmp_path: Path) -> None:
    seen, made = place(**{"--filter=0": Result(status=82, err="not archived in time")}), settings(tmp_path)
    host = engine(tmp_path, seen)
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    with pytest.raises(FailedError, match="not archived in time"):
        list(subject.restore(host, made, time(60), ledger, last=True))
    assert seen.seen[-1] == "docker start web"
    assert under_way(made) is None
    assert seen.count("docker stop db") == 0


def test_a_server_of_which_there_are_two_is_left_alone(tmp_path: Path) -> None:
    two = out([container("db", "postgres"), container("db2", "postgres")])
    seen, made = place(**{"docker inspect --type": two}), settings(tmp_path)
    host = engine(tmp_path, seen)
    ledger = subject.begin(host, made, time(60), NOW, last=False)
    with pytest.raises(FailedError, match="postgres has 2 containers; one is needed"):
        list(subject.restore(host, made, time(60), ledger, last=False))
    assert seen.count("docker stop") == 0
