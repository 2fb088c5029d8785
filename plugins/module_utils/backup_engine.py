# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's and pgBackRest's containers, asked and run through the engine's client."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils import containers
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Postgres, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run, runner

STANZA = "main"
USER = "999:999"
SERVER_SIDE = "/etc/holdfast/backup/server"
INSIDE = "/etc/pgbackrest"
POLL_SECONDS = 0.5
# The longest thing that is waited for: a first backup over a slow line.
LONGEST_SECONDS = 3 * 86_400
# Locks, and segments that are fetched before they are asked for.
TMPFS = ("/tmp:size=64m,mode=1777", "/var/spool/pgbackrest:size=1g,uid=999,gid=999,mode=0700")  # noqa: S108


class FailedError(Exception):
    """Work that could not be done; the text says what and why."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A volume or a path of the host in a container."""

    source: str
    target: str
    writes: bool = False

    def word(self) -> str:
        """Return it as ``docker run --volume`` takes it."""
        return f"{self.source}:{self.target}{'' if self.writes else ':ro'}"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The containers of one cluster. run: runs programs, for as long as the longest of them takes."""

    postgres: Postgres
    run: Run
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def container(self, service: str) -> str:
        """Return the id of the running container of a service. Raises FailedError where none runs."""
        try:
            return containers.the_one(self.run, {"project": self.postgres.project, "service": service}).id
        except (containers.NotThereError, ValueError) as problem:
            raise FailedError(f"{service} does not run: {problem}") from None

    def inside(self, service: str, words: Sequence[str], given: str = "") -> Result:
        """Run a program in the running container of a service. Raises FailedError where none runs."""
        keep = ["--interactive"] if given else []
        return self.run(["docker", "exec", *keep, self.container(service), *words], given)

    def pgbackrest(self, *words: str) -> Result:
        """Run pgBackRest where the repositories are known, behind whoever serves users."""
        command = ["nice", "-n", "10", "pgbackrest", f"--stanza={STANZA}", *words]
        return self.inside(self.postgres.server, command)

    def sql(self, query: str, database: str = "postgres") -> str:
        """Return what a query says, its columns separated by tabs. Raises FailedError."""
        return ask(self, self.container(self.postgres.service), query, database)

    def wait_for(self, what: str, seconds: float, look: Callable[[], bool]) -> None:
        """Wait until something is so. Raises FailedError after so many seconds."""
        until = self.clock() + seconds
        while not look():
            if self.clock() >= until:
                raise FailedError(f"{what} within {seconds:g} s")
            self.sleep(POLL_SECONDS)


def ask(engine: Engine, container: str, query: str, database: str = "postgres") -> str:
    """Return what a query says in a container of any name. Raises FailedError."""
    words = ["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", engine.postgres.superuser]
    result = engine.run(["docker", "exec", "--interactive", container, *words, "-d", database, "-f", "-"], query)
    if result.status != 0:
        raise FailedError(result.message())
    return result.out.strip("\n")


def checked(result: Result, what: str) -> Result:
    """Return a result that is good. Raises FailedError."""
    if result.status != 0:
        raise FailedError(f"{what}: {result.message()}")
    return result


def one_off(
    engine: Engine,
    words: Sequence[str],
    mounts: Sequence[Mount],
    *,
    network: str = "bridge",
    options: Sequence[str] = (),
) -> list[str]:
    """Return the command line of a container beside the stack's, closed as those are. words: what it runs."""
    volumes = [word for mount in mounts for word in ("--volume", mount.word())]
    return [
        *("docker", "run", "--init", "--user", USER, "--read-only", "--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges", "--network", network, "--log-driver", "local"),
        *(word for tmpfs in TMPFS for word in ("--tmpfs", tmpfs)),
        *options, *volumes, "--entrypoint", words[0], engine.postgres.image, *words[1:],
    ]  # fmt: skip


def engine_or_none(settings: Settings, seconds: float = LONGEST_SECONDS) -> Engine | None:
    """Return the cluster's containers, None where there is no PostgreSQL. seconds: that a command may take."""
    run = runner(timeout_seconds=seconds)
    return Engine(postgres=settings.postgres, run=run) if settings.postgres else None


def engine_of(settings: Settings) -> Engine:
    """Return the cluster's containers. Raises FailedError where there is no PostgreSQL."""
    engine = engine_or_none(settings)
    if engine is None:
        raise FailedError("this stack has no PostgreSQL")
    return engine
