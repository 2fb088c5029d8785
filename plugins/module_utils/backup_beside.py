# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A copy of the cluster beside it, restored from the repositories: for a drill, or for a look at what was.

It archives nothing, has a volume and limits of its own, and for a drill listens on no network at all: its own network
is there to fetch the log that it replays. Whatever carries its label is removed before the next one is made.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import backup_restore
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    INSIDE,
    SERVER_SIDE,
    Engine,
    FailedError,
    Mount,
    ask,
    checked,
    one_off,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target, local_mounts
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

LABEL = "org.holdfast.beside"
RECOVERY_SECONDS = 6 * 3600
# The files, the log that is replayed, and room to spare.
ROOM_PART, ROOM_BYTES = 1.2, 1024**3
# Without hot_standby it does not ask for as many connections as the cluster has, and does not answer before its
# recovery has ended.
SETTINGS = {
    "archive_mode": "off", "archive_command": "/bin/false", "listen_addresses": "", "hot_standby": "off",
    "unix_socket_directories": "/var/run/postgresql", "max_connections": "20", "max_wal_senders": "0",
    "io_method": "sync", "shared_preload_libraries": "",
}  # fmt: skip
# What ends the names of copies that are thrown away, by the work that makes them.
THROWN_AWAY = {"drill": "drill", "restore": "single"}
# Parts of its limit: of 128 MiB at least, 16 MiB.
BUFFERS_PART, MAINTENANCE_PART = 8, 8


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A copy that serves. fetched, replayed: seconds until its files were there, and from then until it answered."""

    engine: Engine
    container: str
    volume: str
    fetched: float
    replayed: float

    def sql(self, query: str, database: str = "postgres") -> str:
        """Return what a query says. Raises FailedError."""
        return ask(self.engine, self.container, query, database)


def remove(engine: Engine, name: str) -> None:
    """Remove a copy with all it holds, and what a killed one left. Raises FailedError."""
    label = f"{LABEL}={name}"
    backup_restore.end_fetch(engine, name)
    backup_restore.remove_all(engine, label)
    for kind in ("network", "volume"):
        words = ["docker", kind, "ls", "--quiet", "--filter", f"label={label}"]
        left = checked(engine.run(words, ""), f"docker {kind} ls").out.split()
        if left:
            checked(engine.run(["docker", kind, "rm", *left], ""), f"{name} could not be removed")


def sweep(engine: Engine, stack: str, killed: Container[str]) -> None:
    """Remove the copies that works which were killed would have thrown away. killed: by name. Raises FailedError."""
    for work, name in THROWN_AWAY.items():
        if work in killed:
            remove(engine, f"{stack}-{name}")


def room(engine: Engine, size: int) -> None:
    """Refuse a copy for which there is no room. size: of the cluster, bytes. Raises FailedError."""
    root = checked(engine.run(["docker", "info", "--format", "{{.DockerRootDir}}"], ""), "docker info").out.strip()
    left, wanted = shutil.disk_usage(Path(root)).free, int(size * ROOM_PART) + ROOM_BYTES
    if left < wanted:
        raise FailedError(f"a copy of the cluster needs {wanted} bytes at {root}, and {left} are free")


def make(engine: Engine, settings: Settings, target: Target, name: str, **changed: str) -> Copy:
    """Restore a copy and wait until it serves. changed: settings of the server. Raises FailedError."""
    began = time.monotonic()
    label = f"{LABEL}={name}"
    checked(engine.run(["docker", "volume", "create", "--label", label, name], ""), name)
    backup_restore.fetch(engine, settings, name, target)
    fetched = time.monotonic() - began
    start(engine, settings, name, {**told(engine, settings), **changed})
    replayed = time.monotonic() - began - fetched
    return Copy(engine=engine, container=name, volume=name, fetched=fetched, replayed=replayed)


def told(engine: Engine, settings: Settings) -> dict[str, str]:
    """Return the settings of a copy's server, within its limit."""
    sizes = {"shared_buffers": BUFFERS_PART, "maintenance_work_mem": MAINTENANCE_PART}
    found = {name: f"{settings.limit_bytes // part // 1024}kB" for name, part in sizes.items()}
    return {name: value for name, value in {**SETTINGS, **found}.items() if _known(engine, name)}


def _known(engine: Engine, setting: str) -> bool:
    return setting != "io_method" or engine.postgres.version >= 18


def start(engine: Engine, settings: Settings, name: str, given: Mapping[str, str], network: str = "") -> None:
    """Start the server of a copy and wait until its recovery has ended. Raises FailedError.

    given: settings. network: a way out and the repositories' credentials to fetch the log by, unless one is named.
    """
    mounts = [Mount(source=name, target=engine.postgres.mount, writes=True)]
    if not network:
        mounts += [Mount(source=SERVER_SIDE, target=INSIDE), *local_mounts(settings)]
    words = ["postgres", "-D", engine.postgres.data]
    words += [word for key, value in given.items() for word in ("-c", f"{key}={value}")]
    options = ["--detach", "--name", name, "--label", f"{LABEL}={name}", *backup_restore.limits(settings)]
    options += ["--tmpfs", "/var/run/postgresql:size=1m,uid=999,gid=999,mode=0755", "--shm-size", "128m"]
    checked(engine.run(one_off(engine, words, mounts, network=network or "bridge", options=options), ""), name)
    engine.wait_for(f"{name} does not serve", RECOVERY_SECONDS, lambda: backup_restore.started(engine, name))


def keep(engine: Engine, settings: Settings, target: Target, name: str) -> Copy:
    """Have a copy that stays, on a network of its name that leads nowhere. Raises FailedError; nothing is left then."""
    remove(engine, name)
    try:
        copy = make(engine, settings, target, name)
        # It has all that it needs: no credentials and no way out from here on.
        checked(engine.run(["docker", "stop", name], ""), name)
        checked(engine.run(["docker", "rm", name], ""), name)
        label = f"{LABEL}={name}"
        checked(engine.run(["docker", "network", "create", "--internal", "--label", label, name], ""), name)
        start(engine, settings, name, {**told(engine, settings), "listen_addresses": "*"}, network=name)
        checked(engine.run(["docker", "update", "--restart", "unless-stopped", name], ""), name)
    except BaseException:
        remove(engine, name)
        raise
    return copy


@contextlib.contextmanager
def thrown_away(engine: Engine, settings: Settings, target: Target, name: str) -> Iterator[Copy]:
    """Have a copy that is removed whatever happens. Nothing of it must outlive a crash. Raises FailedError."""
    remove(engine, name)
    try:
        yield make(engine, settings, target, name, fsync="off")
    finally:
        remove(engine, name)
