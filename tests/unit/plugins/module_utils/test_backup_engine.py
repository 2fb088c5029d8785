# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Containers are asked by their labels, and what is run beside them is closed as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    Engine,
    FailedError,
    Mount,
    ask,
    checked,
    engine_of,
    engine_or_none,
    one_off,
)
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, container, out, settings


def engine(directory: Path, world: World) -> Engine:
    """Return the cluster's containers in a played world, where no time passes."""
    postgres = settings(directory).postgres
    assert postgres is not None
    ticks = iter(range(1000))
    return Engine(postgres=postgres, run=world, sleep=lambda _: None, clock=lambda: float(next(ticks)))


def running(*services: str) -> dict[str, object]:
    """Return a world in which these services run."""
    return {
        "docker ps": Result(status=0, out="a\n"),
        "docker inspect": out([container("a", each) for each in services]),
    }


def test_pgbackrest_gives_way_and_runs_where_the_repositories_are_known(tmp_path: Path) -> None:
    world = World(running("holdfast-backup"))
    engine(tmp_path, world).pgbackrest("--repo=1", "info")
    assert world.seen[-1] == "docker exec a nice -n 10 pgbackrest --stanza=main --repo=1 info"
    assert "label=com.docker.compose.service=holdfast-backup" in world.seen[0]


def test_a_query_is_no_argument(tmp_path: Path) -> None:
    world = World(running("postgres") | {"psql": Result(status=0, out="f\n")})
    assert engine(tmp_path, world).sql("SELECT 1") == "f"
    assert world.given[-1] == "SELECT 1"
    assert "SELECT" not in world.seen[-1]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    world = World({"docker ps": Result(status=0, out="")})
    with pytest.raises(FailedError, match="postgres does not run"):
        engine(tmp_path, world).sql("SELECT 1")
    with pytest.raises(FailedError, match="no such table"):
        ask(engine(tmp_path, World({"psql": Result(status=1, err="no such table")})), "a", "SELECT 1")
    with pytest.raises(FailedError, match="what: why"):
        checked(Result(status=1, err="why"), "what")


def test_waiting_ends(tmp_path: Path) -> None:
    cluster = engine(tmp_path, World({}))
    cluster.wait_for("never", 5, lambda: True)
    with pytest.raises(FailedError, match="it never is within 5 s"):
        cluster.wait_for("it never is", 5, lambda: False)


def test_a_container_beside_the_stacks_has_no_more_than_it_needs(tmp_path: Path) -> None:
    mounts = [Mount(source="data", target="/data", writes=True), Mount(source="/etc/x", target="/x")]
    words = one_off(engine(tmp_path, World({})), ["pgbackrest", "info"], mounts, network="none", options=["--rm"])
    text = " ".join(words)
    for part in (
        "--cap-drop ALL", "--read-only", "--user 999:999", "no-new-privileges", "--network none", "--rm",
        "--volume data:/data ", "--volume /etc/x:/x:ro", "--entrypoint pgbackrest holdfast/postgres:18-0123abcd info",
    ):  # fmt: skip
        assert part in f"{text} "


def test_a_wait_ends_when_it_is_so(tmp_path: Path) -> None:
    answers = iter([False, False, True])
    asked = []

    def look() -> bool:
        asked.append(found := next(answers))
        return found

    engine(tmp_path, World({})).wait_for("it is not so", 5, look)
    assert asked == [False, False, True]


def test_of_two_servers_none_is_taken(tmp_path: Path) -> None:
    two = running() | {"docker inspect": out([container("a", "postgres"), container("b", "postgres")])}
    with pytest.raises(FailedError, match="has 2 running containers"):
        engine(tmp_path, World(two)).sql("SELECT 1")


def test_a_column_without_a_value_stays_a_column(tmp_path: Path) -> None:
    seen = World(running("postgres") | {"psql": Result(status=0, out="1\t\n")})
    assert engine(tmp_path, seen).sql("SELECT 1, NULL") == "1\t"


def test_the_containers_of_a_stack_and_of_one_without_postgresql(tmp_path: Path) -> None:
    assert engine_of(settings(tmp_path)).postgres == settings(tmp_path).postgres
    bare = settings(tmp_path, postgres=None)
    assert engine_or_none(bare) is None
    with pytest.raises(FailedError, match="no PostgreSQL"):
        engine_of(bare)
