# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A running server takes its settings: played servers that take them, are slow, or refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.store_settings import (
    Postgres,
    Redis,
    StoreError,
    settle,
)


class Psql:
    """Has a file beside what it runs with; a reload takes it, after as many answers as it is slow."""

    def __init__(self, runs: Mapping[str, str], file: Mapping[str, str], slow: int = 0) -> None:
        self.runs, self.file, self.slow, self.told = dict(runs), dict(file), slow, 0

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert command[0] == "in"
        if "pg_reload_conf" in given:
            self.told += 1
            return Result(status=0, out="t\n")
        if self.told and self.slow == 0:
            self.runs = {"work_mem": "4MB", "jit": "on", "shared_buffers": self.runs["shared_buffers"], **self.file}
        self.slow -= 1 if self.told else 0
        rows = {
            name: {"value": value, "unit": "kB" if name == "work_mem" else None, "source": "x", "written": True}
            for name, value in self.runs.items()
        }
        return Result(status=0, out=json.dumps(rows))


def postgres(psql: Psql, **wanted: str) -> Postgres:
    """Return a server of version 18 that is to have these settings."""
    return Postgres(run=psql, prefix=["in"], superuser="holdfast", wanted=wanted, version=18)


RUNS = {"work_mem": "4MB", "jit": "off", "shared_buffers": "128MB"}


@pytest.mark.parametrize("slow", [0, 2])
def test_postgres_reads_its_file_and_says_so(slow: int) -> None:
    psql = Psql(RUNS, {"work_mem": "8MB", "jit": "off"}, slow)
    server = postgres(psql, work_mem="8192kB", jit="off")
    before = server.state()
    assert before.differing == {"work_mem": ("4MB", "8192kB")}
    assert (before.lines(0), before.lines(1)) == ("work_mem = 4MB\n", "work_mem = 8192kB\n")
    settle(server, before, 5)
    assert (psql.told, psql.runs["work_mem"]) == (1, "8MB")


def test_what_left_the_file_goes_back_to_its_default() -> None:
    state = postgres(Psql(RUNS, {}), work_mem="4MB").state()
    assert state.differing == {"jit": ("off", None)}
    assert state.lines(1) == "jit = (default)\n"


def test_what_only_a_restart_changes_is_left_alone() -> None:
    assert postgres(Psql(RUNS, {}), work_mem="4MB", jit="off", shared_buffers="1GB").state().differing == {}


def test_a_setting_that_the_server_does_not_take_is_named_with_what_holds_it() -> None:
    psql = Psql(RUNS, RUNS)
    server = postgres(psql, work_mem="8MB", jit="off")
    with pytest.raises(StoreError, match=r"other values of work_mem \(x\)"):
        settle(server, server.state(), 0)


class Cli:
    """Redis's client: sets, or refuses with a message."""

    def __init__(self, answer: str = "OK", **runs: str) -> None:
        self.answer, self.set = answer, list[tuple[str, str]]()
        self.runs = {name.replace("_", "-"): each for name, each in runs.items()}

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        words = command[command.index("sh", 2) + 1 :] if command[-1] == "*" else command[-4:]
        if words[-1] == "*":
            return Result(status=0, out=json.dumps(self.runs))
        self.set.append((words[-2], words[-1]))
        if self.answer == "OK":
            size = {"100mb": "104857600"}
            self.runs[words[-2]] = size.get(words[-1], words[-1])
        return Result(status=0, out=f"{self.answer}\n")


def test_redis_is_given_what_differs_alone() -> None:
    cli = Cli(maxmemory="1", save="900 1", io_threads="1", hz="10")
    wanted = {"maxmemory": "100mb", "save": '""', "io-threads": "4", "hz": "10", "include": "/x"}
    server = Redis(run=cli, prefix=["in"], wanted=wanted)
    settle(server, server.state(), 5)
    assert cli.set == [("maxmemory", "100mb"), ("save", "")]
    assert server.state().differing == {}


def test_redis_refuses() -> None:
    server = Redis(run=Cli("ERR no", maxmemory="1"), prefix=["in"], wanted={"maxmemory": "100mb"})
    with pytest.raises(StoreError, match="maxmemory: ERR no"):
        settle(server, server.state(), 0)


def test_a_server_that_asks_for_a_password_is_an_error() -> None:
    answer = Result(status=0, out='"NOAUTH Authentication required."')
    with pytest.raises(StoreError, match="NOAUTH"):
        Redis(run=lambda *_: answer, prefix=[], wanted={}).state()


def test_a_program_that_fails_is_an_error() -> None:
    answer = Result(status=2, err="no server")
    with pytest.raises(StoreError, match="no server"):
        Postgres(run=lambda *_: answer, prefix=[], superuser="x", wanted={}, version=18).state()
