# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's data brought back from the repositories: into place, or beside what serves.

Sources: pgBackRest's command reference, "restore"; the PostgreSQL manual, "Recovery Target" and "Continuous Archiving".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    INSIDE,
    SERVER_SIDE,
    STANZA,
    Engine,
    FailedError,
    Mount,
    checked,
    one_off,
)

KINDS = ("latest", "time", "lsn", "name", "immediate")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.]([0-9]+))? ?"
    r"(Z|([+-][0-9]{2}):?([0-9]{2})?)"
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """How far the database is brought. kind: one of KINDS. value: the time with its zone, the LSN or the point's name.

    latest: all there is. immediate: the end of the backup. repository: 0 for the first that can.
    """

    kind: str = "latest"
    value: str = ""
    repository: int = 0
    databases: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """Return pgBackRest's options."""
        words = [f"--repo={self.repository}"] if self.repository else []
        words += [f"--db-include={name}" for name in self.databases]
        if self.kind == "latest":
            return words
        if self.kind == "immediate":
            return [*words, "--type=immediate", "--target-action=promote"]
        return [*words, f"--type={self.kind}", f"--target={self.value}", "--target-action=promote"]


def moment(text: str) -> datetime:
    """Return a moment. Raises FailedError where it has no zone: an hour's difference loses an hour's work.

    As people write it, PostgreSQL (+01, any digits of a second) and Prometheus: Python reads all of that from 3.11 on.
    """
    match = _MOMENT.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        day, minute, second, part, zone, hours, minutes = match.groups()
        shown = f"{day}T{minute}{second or ':00'}.{part or '':0<6.6}"
        return datetime.fromisoformat(shown + ("+00:00" if zone == "Z" else f"{hours}:{minutes or '00'}"))
    except ValueError:
        raise FailedError(f"{text!r} is no moment with a zone, such as 2026-01-31 13:05:00+01:00") from None


def read_target(kind: str, value: str, repository: int = 0, databases: Sequence[str] = ()) -> Target:
    """Return a target of what a user typed. Raises FailedError with what it should be."""
    if kind not in KINDS:
        raise FailedError(f"{kind!r} is none of {', '.join(KINDS)}")
    if kind in ("latest", "immediate"):
        if value:
            raise FailedError(f"{kind} takes no value, and {value!r} was given")
        return Target(kind=kind, repository=repository, databases=tuple(databases))
    if not value:
        raise FailedError(f"{kind} needs a value")
    # As PostgreSQL reads a time with any zone, and never in the server's own.
    shown = moment(value).strftime("%Y-%m-%d %H:%M:%S.%f%z") if kind == "time" else value
    return Target(kind=kind, value=shown, repository=repository, databases=tuple(databases))


def make_volume(engine: Engine, project: str, key: str, name: str) -> None:
    """Have a volume that Compose takes for its own. Raises FailedError."""
    labels = {"com.docker.compose.project": project, "com.docker.compose.volume": key}
    words = [word for label, value in labels.items() for word in ("--label", f"{label}={value}")]
    checked(engine.run(["docker", "volume", "create", *words, name], ""), f"volume {name}")


def fetch(engine: Engine, volume: str, target: Target, *, delta: bool = False, options: Sequence[str] = ()) -> None:
    """Bring the files of the newest fitting backup into a volume that nobody uses. Raises FailedError.

    delta: over what is there; only what differs is fetched. options: of the container.
    """
    mounts = [
        Mount(source=volume, target=engine.postgres.mount, writes=True),
        Mount(source=SERVER_SIDE, target=INSIDE),
    ]
    words = ["pgbackrest", f"--stanza={STANZA}", *target.words(), *(["--delta"] if delta else []), "restore"]
    checked(engine.run(one_off(engine, words, mounts, options=["--rm", *options]), ""), "the restore failed")


def started(engine: Engine, container: str) -> bool:
    """Tell whether a server has ended its recovery. Raises FailedError, with its last words, where it has stopped."""
    said = engine.run(["docker", "inspect", "--format", "{{json .State}}", container], "")
    state = json.loads(checked(said, container).out)
    if not state["Running"]:
        log = engine.run(["docker", "logs", "--tail", "15", container], "")
        raise FailedError(f"PostgreSQL stopped while it recovered:\n{(log.err + log.out)[-1500:]}")
    words = ["psql", "-X", "-q", "-At", "-U", engine.postgres.superuser, "-d", "postgres"]
    asked = engine.run(["docker", "exec", container, *words, "-c", "SELECT pg_is_in_recovery()"], "")
    return asked.status == 0 and asked.out.strip() == "f"
