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
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result

MOST_RESTARTS = 5
FETCHES = "org.holdfast.fetches"
KINDS = ("latest", "time", "lsn", "name", "immediate")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.]([0-9]+))? ?"
    r"(Z|([+-][0-9]{2}):?([0-9]{2})?)"
)
# Called with the repository's option; each file is followed by a byte that no text has.
TEXTS = f"""for path; do pgbackrest "$0" --stanza={STANZA} repo-get "$path" || exit; printf '\\0'; done"""


@dataclass(frozen=True, kw_only=True)
class Target:
    """How far the database is brought. kind: one of KINDS. value: the time with its zone, the LSN or the point's name.

    latest: all there is. immediate: the end of a backup, of the newest without a value. repository: 0 for the first
    that can. exclusive: what lies at the target is left out. backup, timeline: from which, as it is
    asked for or was chosen, and along which, 0 for the newest.
    gaps: latest may end at a segment that is missing from every repository, where there is nothing better.
    """

    kind: str = "latest"
    value: str = ""
    repository: int = 0
    databases: tuple[str, ...] = ()
    exclusive: bool = False
    backup: str = ""
    timeline: int = 0
    gaps: bool = False

    def words(self) -> list[str]:
        """Return pgBackRest's options."""
        words = [f"--repo={self.repository}"] if self.repository else []
        words += [f"--set={self.backup}"] if self.backup else []
        words += [f"--target-timeline={self.timeline}"] if self.timeline and self.kind != "latest" else []
        words += [f"--db-include={name}" for name in self.databases]
        if self.kind == "latest":
            return words
        if self.kind == "immediate":
            return [*words, "--type=immediate", "--target-action=promote"]
        words += ["--target-exclusive"] if self.exclusive else []
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


def read_target(kind: str, value: str, repository: int = 0, databases: Sequence[str] = (), backup: str = "") -> Target:
    """Return a target of what a user typed. Raises FailedError with what it should be."""
    if kind not in KINDS:
        raise FailedError(f"{kind!r} is none of {', '.join(KINDS)}")
    if kind == "latest" and value:
        raise FailedError(f"{kind} takes no value, and {value!r} was given")
    if kind == "immediate" and backup:
        raise FailedError(f"{kind} takes the backup as its value: {kind} {backup}")
    if not value and kind not in ("latest", "immediate"):
        raise FailedError(f"{kind} needs a value")
    # As PostgreSQL reads a time with any zone, and never in the server's own.
    shown = moment(value).strftime("%Y-%m-%d %H:%M:%S.%f%z") if kind == "time" else value
    return Target(kind=kind, value=shown, repository=repository, databases=tuple(databases), backup=backup)


def make_volume(engine: Engine, project: str, key: str, name: str) -> None:
    """Have a volume that Compose takes for its own. Raises FailedError."""
    labels = {"com.docker.compose.project": project, "com.docker.compose.volume": key}
    words = [word for label, value in labels.items() for word in ("--label", f"{label}={value}")]
    checked(engine.run(["docker", "volume", "create", *words, name], ""), f"volume {name}")


def local_mounts(settings: Settings) -> list[Mount]:
    """Return the repositories of this host as its containers have them."""
    return [
        Mount(source=f"{each.where.rstrip('/')}/postgres", target=f"/var/lib/pgbackrest/{each.number}")
        for each in settings.repositories
        if each.kind == "local"
    ]


def alone(engine: Engine, settings: Settings, *words: str) -> Result:
    """Run pgBackRest in a container of its own: its server need not run."""
    return _alone(engine, settings, ["pgbackrest", f"--stanza={STANZA}", *words])


def texts(engine: Engine, settings: Settings, repository: int, paths: Sequence[str]) -> list[str]:
    """Return what files of a repository hold, all by one container. Raises FailedError."""
    if not paths:
        return []
    words = ["sh", "-c", TEXTS, f"--repo={repository}", *paths]
    return checked(_alone(engine, settings, words), ", ".join(paths)).out.split("\0")[:-1]


def _alone(engine: Engine, settings: Settings, command: Sequence[str]) -> Result:
    mounts = [Mount(source=SERVER_SIDE, target=INSIDE), *local_mounts(settings)]
    return engine.run(one_off(engine, command, mounts, options=["--rm", *limits(settings)]), "")


def limits(settings: Settings) -> list[str]:
    """Return the options of a container that does a part of the work, behind whoever serves users."""
    return ["--memory", str(settings.limit_bytes), "--cpu-shares", "256"]


def fetch(engine: Engine, settings: Settings, volume: str, target: Target, *, delta: bool = False) -> None:
    """Bring the files of a backup into a volume that nobody uses. Raises FailedError.

    delta: over what is there; only what differs is fetched.
    """
    end_fetch(engine, volume)
    mounts = [
        Mount(source=volume, target=engine.postgres.mount, writes=True),
        Mount(source=SERVER_SIDE, target=INSIDE),
        *local_mounts(settings),
    ]
    words = ["pgbackrest", f"--stanza={STANZA}", got(target), *target.words()]
    words += ["--delta", "restore"] if delta else ["restore"]
    closed = ["--rm", "--label", f"{FETCHES}={volume}", *limits(settings)]
    checked(engine.run(one_off(engine, words, mounts, options=closed), ""), "the restore failed")


def got(target: Target) -> str:
    """Return the option that says how the restored server gets its log.

    Only what is not there ends it. PostgreSQL would take any other failure, of a line or of a damaged segment, for the
    end as well, and serve what was before it; with a status above 125 it stops instead, and can be started again.
    """
    repository = f" --repo={target.repository}" if target.repository else ""
    command = f'pgbackrest{repository} --stanza={STANZA} archive-get %f "%p"'
    return f"--recovery-option=restore_command={command} || {{ test $? -eq 1 && exit 1; exit 255; }}"


def end_fetch(engine: Engine, volume: str) -> None:
    """End a fetch whose caller was killed: its container goes on. Raises FailedError."""
    remove_all(engine, f"{FETCHES}={volume}")


def remove_all(engine: Engine, label: str) -> None:
    """Remove the containers with a label, and their nameless volumes. Raises FailedError."""
    words = ["docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={label}"]
    there = checked(engine.run(words, ""), "docker ps").out.split()
    if there:
        # One that ended since it was listed is gone as it should be.
        engine.run(["docker", "rm", "--force", "--volumes", *there], "")
    left = checked(engine.run(words, ""), "docker ps").out.split() if there else []
    if left:
        raise FailedError(f"{', '.join(left)}: could not be removed")


def restarts(engine: Engine, container: str) -> int | None:
    """Return how often the engine has started a container again that now waits for the next time.

    0 for one that runs, None for one that has stopped. Raises FailedError.
    """
    said = engine.run(["docker", "inspect", "--format", "{{json .State}}\t{{.RestartCount}}", container], "")
    text, _, count = checked(said, container).out.partition("\t")
    state = json.loads(text)
    if not state["Running"]:
        return None
    return int(count) if state.get("Restarting") else 0


def started(engine: Engine, container: str) -> bool:
    """Tell whether a server has ended its recovery. Raises FailedError, with its last words, where it has stopped.

    One in its place is started again by the engine, for ever. A repository that did not answer may answer then; log
    that is missing stays so.
    """
    again = restarts(engine, container)
    if again is None or again >= MOST_RESTARTS:
        log = engine.run(["docker", "logs", "--tail", "15", container], "")
        raise FailedError(f"PostgreSQL stopped while it recovered:\n{(log.err + log.out)[-1500:]}")
    return recovered(engine, container)


def recovered(engine: Engine, container: str) -> bool:
    """Tell whether a server answers, and not out of a recovery."""
    words = ["psql", "-X", "-q", "-At", "-U", engine.postgres.superuser, "-d", "postgres"]
    asked = engine.run(["docker", "exec", container, *words, "-c", "SELECT pg_is_in_recovery()"], "")
    return asked.status == 0 and asked.out.strip() == "f"
