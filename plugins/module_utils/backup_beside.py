# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A copy of the cluster beside it, restored from the repositories: for a drill, or for a look at what was.

It archives nothing, listens on no network, and has a volume and limits of its own. Whatever carries its label is
removed before the next one is made.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
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
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import MEMORY, Target, local_mounts
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

LABEL = "org.holdfast.beside"
RECOVERY_SECONDS = 6 * 3600
# The files, the log that is replayed, and room to spare.
ROOM_PART, ROOM_BYTES = 1.2, 1024**3
# As little as a server that nobody uses needs. Without hot_standby it does not ask for as many connections as the
# cluster has, and does not answer before its recovery has ended.
SETTINGS = {
    "archive_mode": "off", "archive_command": "/bin/false", "listen_addresses": "", "hot_standby": "off",
    "unix_socket_directories": "/var/run/postgresql", "shared_buffers": "64MB", "max_connections": "20",
    "max_wal_senders": "0", "fsync": "off", "io_method": "sync", "shared_preload_libraries": "",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A copy that serves. fetched, replayed: seconds. container: its name."""

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
    engine.run(["docker", "rm", "--force", "--volumes", name], "")
    there = engine.run(["docker", "volume", "inspect", name], "").status == 0
    if there:
        checked(engine.run(["docker", "volume", "rm", name], ""), f"volume {name}")


def room(engine: Engine, size: int, free: int | None = None) -> None:
    """Refuse a copy for which there is no room. size: of the cluster, bytes. Raises FailedError."""
    root = checked(engine.run(["docker", "info", "--format", "{{.DockerRootDir}}"], ""), "docker info").out.strip()
    left = shutil.disk_usage(Path(root)).free if free is None else free
    wanted = int(size * ROOM_PART) + ROOM_BYTES
    if left < wanted:
        raise FailedError(f"a copy of the cluster needs {wanted} bytes at {root}, and {left} are free")


def make(engine: Engine, settings: Settings, target: Target, name: str) -> Copy:
    """Restore a copy and wait until it serves. Raises FailedError."""
    began = time.monotonic()
    checked(engine.run(["docker", "volume", "create", "--label", f"{LABEL}={settings.stack}", name], ""), name)
    backup_restore.fetch(engine, settings, name, target)
    fetched = time.monotonic() - began
    start(engine, settings, name)
    return Copy(
        engine=engine, container=name, volume=name, fetched=fetched, replayed=time.monotonic() - began - fetched
    )


def start(engine: Engine, settings: Settings, name: str) -> None:
    """Start the server of a copy and wait until its recovery has ended. Raises FailedError."""
    mounts = [
        Mount(source=name, target=engine.postgres.mount, writes=True),
        Mount(source=SERVER_SIDE, target=INSIDE),
        *local_mounts(settings),
    ]
    told = [word for key, value in SETTINGS.items() if _known(engine, key) for word in ("-c", f"{key}={value}")]
    words = ["postgres", "-D", engine.postgres.data, *told]
    options = ["--detach", "--name", name, "--label", f"{LABEL}={settings.stack}", "--memory", MEMORY]
    options += ["--tmpfs", "/var/run/postgresql:size=1m,uid=999,gid=999,mode=0755", "--shm-size", "128m"]
    checked(engine.run(one_off(engine, words, mounts, options=options), ""), name)
    engine.wait_for(f"{name} does not serve", RECOVERY_SECONDS, lambda: backup_restore.started(engine, name))


def _known(engine: Engine, setting: str) -> bool:
    return setting != "io_method" or engine.postgres.version >= 18


@contextlib.contextmanager
def thrown_away(engine: Engine, settings: Settings, target: Target, name: str) -> Iterator[Copy]:
    """Have a copy that is removed whatever happens. Raises FailedError."""
    remove(engine, name)
    try:
        yield make(engine, settings, target, name)
    finally:
        remove(engine, name)
