# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A snapshot is one that the server finished for us, and comes back through an append-only file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_redis
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_files import Source
from ansible_collections.holdfast.host.plugins.module_utils.backup_redis import Client
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import SUMMARY, World, container, out, restic, settings, snapshot
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing."""
    monkeypatch.setattr(backup_redis, "POLL_SECONDS", 0)


class Server:
    """Plays a server: a snapshot takes a few looks. busy: how many BGSAVE are refused. fails: whether it can write."""

    def __init__(self, *, busy: int = 0, fails: bool = False, aof: str = "ok") -> None:
        self.busy, self.fails, self.aof = busy, fails, aof
        self.now, self.saved, self.looks, self.status = 100, 100, 0, "ok"
        self.asked: list[str] = []
        self.password = ""
        self.data: Path | None = None

    def __call__(self, command: Sequence[str], given: str) -> Result:
        self.password = given
        words = list(command)[next(n for n, word in enumerate(command) if word.endswith("-cli")) + 1 :]
        asked = " ".join(words[2:] if words[0] == "-s" else words)
        self.asked.append(asked)
        self.now += 1
        return Result(status=0, out=self.answer(asked))

    def answer(self, asked: str) -> str:
        if asked == "TIME":
            return f"{self.now // 2 + 50}\n123\n"
        if asked == "BGSAVE":
            self.busy -= 1
            if self.busy >= 0:
                return "ERR Background save already in progress\n"
            self.looks = 3
            return "Background saving started\n"
        if asked == "CONFIG SET appendonly yes" and self.data:
            (self.data / "appendonlydir").mkdir()
        if asked == "INFO persistence":
            return self.persistence()
        return {"INFO keyspace": "# Keyspace\r\ndb0:keys=2,expires=0\r\ndb3:keys=1,expires=1\r\n"}.get(
            asked, "dbfilename\ndump.rdb\n" if asked.startswith("CONFIG GET") else "OK\n"
        )

    def persistence(self) -> str:
        self.looks = max(0, self.looks - 1)
        if self.looks == 1:
            self.status, self.saved = ("err", self.saved) if self.fails else ("ok", self.now)
        seen = {
            "loading": 0, "rdb_last_save_time": self.saved, "rdb_last_bgsave_status": self.status,
            "rdb_bgsave_in_progress": int(self.looks > 1), "aof_enabled": 1, "aof_rewrite_in_progress": 0,
            "aof_rewrite_scheduled": 0, "aof_last_bgrewrite_status": self.aof,
        }  # fmt: skip
        return "# Persistence\r\n" + "".join(f"{name}:{value}\r\n" for name, value in seen.items())


def client(server: Server) -> Client:
    """Return a client of a played server."""
    return Client(run=server, container="a", server="redis", password="secret words")


@pytest.mark.parametrize("busy", [0, 2])
def test_a_snapshot_is_one_that_was_begun_after_it_was_asked_for(busy: int) -> None:
    server = Server(busy=busy)
    backup_redis.save(client(server))
    assert server.asked.count("BGSAVE") == busy + 1
    assert server.asked[-1] == "INFO persistence"


def test_a_snapshot_that_failed_is_told() -> None:
    with pytest.raises(FilesError, match="could not write its snapshot: err"):
        backup_redis.save(client(Server(fails=True)))


def test_a_snapshot_that_takes_too_long_is_told() -> None:
    with pytest.raises(FilesError, match="what the server writes already did not end within 0 s"):
        backup_redis.save(client(Server(busy=1000)), 0.05)


def test_the_password_is_given_by_the_input_alone() -> None:
    world = World({"redis-cli": Server()})
    Client(run=world, container="a", server="redis", password="secret words").ask("PING")
    assert world.given == ["secret words\n"]
    assert "secret" not in world.seen[0]


def test_a_password_reaches_the_client_as_it_is(tmp_path: Path) -> None:
    played = tmp_path / "redis-cli"
    played.write_text('#!/bin/sh\nprintf "%s" "$REDISCLI_AUTH-$1"; cat\n', encoding="utf-8")
    played.chmod(0o755)

    def run(command: Sequence[str], given: str) -> Result:
        path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        # What stands behind the container's name is what runs inside.
        done = subprocess.run(command[4:], input=given, env=path, capture_output=True, text=True, check=False)
        return Result(status=done.returncode, out=done.stdout, err=done.stderr)

    for password in ("two words $HOME \\n", ""):
        assert Client(run=run, container="a", server="redis", password=password).ask("ping") == f"{password}-ping"


@pytest.mark.parametrize("said", ["NOAUTH Authentication required.", "ERR unknown command", "LOADING it"])
def test_a_refusal_is_no_answer(said: str) -> None:
    with pytest.raises(FilesError, match=f"did not take INFO: {said}"):
        Client(run=lambda *_: Result(status=0, out=said), container="a", server="redis").info("server")


def world(tmp_path: Path, server: Server, *, running: bool = True, **more: Any) -> World:
    """Return a host with Redis, whose volume is at ``volume``."""
    place = tmp_path / "volume"
    place.mkdir(exist_ok=True)

    def restored(command: Sequence[str], _given: str) -> Result:
        Path(command[-1], "dump.rdb").write_text("rdb", encoding="utf-8")
        return Result(status=0)

    def started(command: Sequence[str], _given: str) -> Result:
        server.data = Path(next(word for word in command if word.startswith("--volume=")).split("=")[1].split(":")[0])
        return Result(status=0)

    helper = "shop-holdfast-restore-redis"
    usual = {
        f"inspect --type container {helper}": [out([container("h", "")]), out([container("h", "", running=False)])],
        "redis-cli": server,
        "docker run": started,
        "docker stop --time": Result(status=0),
        "volume inspect": out([{"Mountpoint": str(place)}]),
        "docker ps --quiet --no-trunc --filter volume": Result(status=0, out="a\n" if running else ""),
        "docker ps": Result(status=0, out="a\n"),
        "docker inspect": out([container("a", "redis", running=running)]),
        "cat config": out({"id": "abc"}),
        "backup --json": out(SUMMARY),
        "snapshots": out([snapshot("aabb", "redis") | {"paths": [f"{place}/dump.rdb"]}]),
        "restore aabb": restored,
    }
    return World(more | {part: answer for part, answer in usual.items() if part not in more})


REDIS = {"redis": GIVEN["redis"] | {"secret": None}}


def restored(tmp_path: Path, seen: World, *, replace: bool = True) -> int:
    source = Source(restic=restic(tmp_path, seen), replace=replace)
    return backup_redis.restore(settings(tmp_path, **REDIS), seen, source)


def test_the_snapshot_is_what_goes_off(tmp_path: Path) -> None:
    seen = world(tmp_path, Server())
    secret = tmp_path / "secret"
    secret.write_text("word\n", encoding="utf-8")
    made = settings(tmp_path, redis=GIVEN["redis"] | {"secret": str(secret)})
    (copy,) = backup_redis.backup(made, seen)
    assert copy.tag == "redis"
    assert seen.seen[-1].endswith("--tag redis -- dump.rdb")
    assert "word\n" in seen.given


def test_a_restore_ends_with_an_append_only_file_in_place(tmp_path: Path) -> None:
    seen = world(tmp_path, Server())
    (tmp_path / "volume/old").touch()
    assert restored(tmp_path, seen) == 3
    assert {each.name for each in (tmp_path / "volume").iterdir()} == {"dump.rdb", "appendonlydir"}
    (start,) = [each for each in seen.seen if each.startswith("docker run")]
    assert "sha256:1 redis-server --dir /data --dbfilename dump.rdb --appendonly no --save " in start
    assert f"--user={os.getuid()}:{os.getgid()}" in start
    order = ["docker stop a", "docker run", "docker stop --time", "docker rm --force", "docker start a"]
    assert [word for each in seen.seen for word in order if each.startswith(word)] == order


@pytest.mark.parametrize("running", [True, False])
def test_data_are_not_replaced_unasked(tmp_path: Path, *, running: bool) -> None:
    seen = world(tmp_path, Server(), running=running)
    (tmp_path / "volume/dump.rdb").touch()
    with pytest.raises(FilesError, match="redis has data"):
        restored(tmp_path, seen, replace=False)
    assert (seen.count("docker stop"), seen.count("docker run")) == (0, 0)


def test_a_stopped_server_stays_stopped(tmp_path: Path) -> None:
    seen = world(tmp_path, Server(), running=False)
    assert restored(tmp_path, seen, replace=False) == 3
    assert seen.count("docker start") == 0


@pytest.mark.parametrize(
    ("server", "more", "told"),
    [
        (Server(aof="err"), {}, "append-only file was not written: err"),
        (Server(), {"docker run": Result(status=125, err="no image")}, "could not start a server .*: no image"),
        (Server(), {"docker stop --time": Result(status=1, err="hangs")}, "did not end well: hangs"),
        (
            Server(),
            {
                "container shop-holdfast": out([container("h", "", running=False)]),
                "docker logs": Result(status=0, out="Wrong signature"),
            },
            "reads the snapshot: Wrong signature",
        ),
    ],
)
def test_a_restore_that_fails_leaves_the_old_data(
    tmp_path: Path, server: Server, more: dict[str, Any], told: str
) -> None:
    seen = world(tmp_path, server, **more)
    (tmp_path / "volume/old").touch()
    with pytest.raises(FilesError, match=told):
        restored(tmp_path, seen)
    assert [each.name for each in (tmp_path / "volume").iterdir()] == ["old"]
    assert seen.seen[-2:] == ["docker rm --force shop-holdfast-restore-redis", "docker start a"]


def test_no_redis_is_told(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="no Redis is declared"):
        backup_redis.backup(settings(tmp_path, redis=None), World({}))
    with pytest.raises(FilesError, match="has 0 containers"):
        backup_redis.backup(settings(tmp_path, **REDIS), World({}))
    with pytest.raises(FilesError, match="the engine does not answer: no"):
        backup_redis.backup(settings(tmp_path, **REDIS), World({"docker": Result(status=1, err="no")}))
