# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis, or Valkey: a snapshot that its server made for us, and back, also into a server with an append-only file.

A server with ``appendonly yes`` reads its append-only file when it starts, and passes over a dump.rdb beside it. So a
restore has a server of the same image, without one, read the snapshot and write the append-only file itself:
https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import backup_swap, containers
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import Copy, FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_files import Source, everywhere, mountpoint, users
from ansible_collections.holdfast.host.plugins.module_utils.backup_pause import alone, standing_still
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Redis, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run

TAG, DUMP = "redis", "dump.rdb"
# A snapshot of some GiB on a slow disk; the server goes on to serve meanwhile.
SAVE_SECONDS, LOAD_SECONDS, POLL_SECONDS = 1800.0, 1800.0, 0.2
# The password is the first line of the input: no argument shows it, and no file inside is needed.
_ASK = 'IFS= read -r REDISCLI_AUTH; [ -z "$REDISCLI_AUTH" ] || export REDISCLI_AUTH; exec "$@" </dev/null'
# The client ends well also where the server refused. No answer that is asked for here begins with such a word.
_REFUSED = re.compile(r"[A-Z]{3,} \S")
# Inside the helper, whose /tmp is its own.
_SOCKET = "/tmp/holdfast.sock"  # noqa: S108


@dataclass(frozen=True, kw_only=True)
class Client:
    """A server's own client inside a container. server: redis or valkey."""

    run: Run
    container: str
    server: str
    password: str = ""
    socket: str = ""

    def ask(self, *words: str) -> str:
        """Return the answer to a command. Raises FilesError."""
        where = ["-s", self.socket] if self.socket else []
        client = ["docker", "exec", "-i", self.container, "sh", "-c", _ASK, "sh", f"{self.server}-cli", *where]
        result = self.run([*client, *words], f"{self.password}\n")
        if result.status != 0 or _REFUSED.match(result.out):
            raise FilesError(f"{self.server} did not take {words[0]}: {result.message()}")
        return result.out.strip()

    def info(self, section: str) -> Mapping[str, str]:
        """Return a section of INFO. Raises FilesError."""
        pairs = (line.strip().partition(":") for line in self.ask("INFO", section).splitlines())
        return {name: value for name, _, value in pairs if value}

    def keys(self) -> int:
        """Return how many keys there are in all databases. Raises FilesError."""
        counts = (value.split(",")[0] for name, value in self.info("keyspace").items() if name.startswith("db"))
        return sum(int(count.partition("=")[2]) for count in counts)


def client_of(redis: Redis, run: Run, container: str) -> Client:
    """Return the client of the managed server. Raises OSError."""
    password = Path(redis.secret).read_text(encoding="utf-8").strip() if redis.secret else ""
    return Client(run=run, container=container, server=redis.server, password=password)


def _wait(what: str, seen: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        if time.monotonic() >= deadline:
            raise FilesError(f"{what} did not end within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def save(client: Client, seconds: float = SAVE_SECONDS) -> None:
    """Have the server write its snapshot now, and wait until it says that it is done and well. Raises FilesError.

    One that goes on already shows an older state than now: it is waited for, and then another one is made.
    """
    before = 0

    def started() -> bool:
        nonlocal before
        before = int(client.info("persistence")["rdb_last_save_time"])
        # Times are whole seconds: a snapshot within the second of the last one could not be told from it.
        if int(client.ask("TIME").split()[0]) <= before:
            return False
        try:
            return "started" in client.ask("BGSAVE")
        except FilesError as problem:
            if "in progress" in str(problem) or "child process" in str(problem):
                return False
            raise

    _wait("what the server writes already", started, seconds)
    _wait("the snapshot", lambda: client.info("persistence")["rdb_bgsave_in_progress"] == "0", seconds)
    seen = client.info("persistence")
    if seen["rdb_last_bgsave_status"] != "ok" or int(seen["rdb_last_save_time"]) <= before:
        raise FilesError(f"{client.server} could not write its snapshot: {seen['rdb_last_bgsave_status']}; see its log")


def declared(settings: Settings) -> Redis:
    """Return the managed Redis. Raises FilesError where there is none."""
    if settings.redis is None:
        raise FilesError("no Redis is declared")
    return settings.redis


def container_of(redis: Redis, run: Run) -> containers.Container:
    """Return the server's container, running or not. Raises FilesError."""
    try:
        found = containers.of_project(run, redis.project, redis.service)
    except containers.NotThereError as problem:
        raise FilesError(f"the engine does not answer: {problem}") from None
    if len(found) != 1:
        raise FilesError(f"service {redis.service} of {redis.project} has {len(found)} containers; one is needed")
    return found[0]


def backup(settings: Settings, run: Run) -> list[Copy]:
    """Copy a new snapshot of the server to every repository. Raises FilesError, PartlyError."""
    redis = declared(settings)
    client = client_of(redis, run, container_of(redis, run).id)
    save(client)
    name = client.ask("CONFIG", "GET", "dbfilename").splitlines()[-1]
    place = mountpoint(run, redis.volume)
    return everywhere(settings, run, lambda each: each.backup(TAG, name, str(place)))


def restore(settings: Settings, run: Run, source: Source) -> int:
    """Put a snapshot in the place of all that the server has, and return how many keys it holds.

    The server need not run, but its container must be there; one that ran runs again, in the end with the new data.
    Data that may not be replaced are refused: keys of a running server, any file of a stopped one. Raises FilesError,
    OSError.
    """
    redis = declared(settings)
    place = mountpoint(run, redis.volume)
    chosen = source.find(TAG)
    helper = f"{settings.stack}-holdfast-restore-redis"
    with alone(settings.directory, run):
        container = container_of(redis, run)
        has = client_of(redis, run, container.id).keys() if container.running else not backup_swap.is_empty(place)
        if has and not source.replace:
            raise FilesError(f"{redis.service} has data; say that they are to be replaced")
        with standing_still(settings.directory, run, users(run, redis.volume), place=str(place), helper=helper):
            staging = backup_swap.begin(place)
            source.restic.restore(chosen, str(staging))
            keys = _append_only(redis, run, container.image, helper, _laid_out(staging, Path(chosen.paths[0]).name))
            backup_swap.ready(place)
    return keys


def _laid_out(staging: Path, name: str) -> Path:
    """Return the directory that will be the volume's, with the snapshot in it and owned by who owned that."""
    new = staging / backup_swap.NEW
    new.mkdir()
    shutil.copystat(staging.parent, new)
    owner = (staging / name).stat()
    os.chown(new, owner.st_uid, owner.st_gid)
    (staging / name).rename(new / DUMP)
    return new


def _append_only(redis: Redis, run: Run, image: str, helper: str, data: Path) -> int:
    """Have a server read the snapshot of a directory and write its append-only file there; return its keys."""
    owner = data.stat()
    # The image's own entrypoint: that of Redis 8 loads the modules whose data a snapshot may have.
    words = ["docker", "run", "--detach", "--name", helper, "--network=none", "--read-only", "--tmpfs=/tmp"]
    words += ["--cap-drop=ALL", "--security-opt=no-new-privileges", f"--user={owner.st_uid}:{owner.st_gid}"]
    words += ["--pull=never", f"--volume={data}:/data", image, f"{redis.server}-server", "--dir", "/data"]
    words += ["--dbfilename", DUMP, "--appendonly", "no", "--save", "", "--port", "0", "--unixsocket", _SOCKET]
    result = run(words, "")
    if result.status != 0:
        raise FilesError(f"could not start a server for the snapshot: {result.message()}")
    client = Client(run=run, container=helper, server=redis.server, socket=_SOCKET)
    _wait("reading the snapshot", lambda: _loaded(client), LOAD_SECONDS)
    keys = client.keys()
    client.ask("CONFIG", "SET", "appendonly", "yes")

    def written() -> bool:
        seen = client.info("persistence")
        return seen["aof_rewrite_in_progress"] == "0" and seen["aof_rewrite_scheduled"] == "0"

    _wait("writing the append-only file", written, LOAD_SECONDS)
    seen = client.info("persistence")
    if seen["aof_last_bgrewrite_status"] != "ok" or seen["aof_enabled"] != "1" or not [*data.glob("appendonly*")]:
        raise FilesError(f"the append-only file was not written: {seen['aof_last_bgrewrite_status']}")
    # Its end writes what it holds to the disk; who is killed instead has not said so.
    stopped = run(["docker", "stop", "--time", "120", helper], "")
    (ended,) = containers.inspect(run, [helper])
    if stopped.status != 0 or ended.exit_code != 0:
        raise FilesError(f"the server for the snapshot did not end well: {stopped.message()}")
    return keys


def _loaded(client: Client) -> bool:
    (seen,) = containers.inspect(client.run, [client.container])
    if not seen.running:
        log = client.run(["docker", "logs", "--tail", "5", client.container], "")
        raise FilesError(f"no {client.server} of this image reads the snapshot: {log.out}{log.err}")
    try:
        return client.info("persistence")["loading"] == "0"
    except FilesError:
        # It does not listen yet, or says that it is loading.
        return False
