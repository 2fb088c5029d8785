# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The database taken back in its place: said first, secured first, and taken up again where it was killed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    atomic,
    backup_postgres,
    backup_restore,
    containers,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError, checked
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

LEDGER = "restore.json"
RECOVERY_SECONDS = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A restore that is under way. stopped: containers, by id, that run again in the end."""

    kind: str
    value: str
    repository: int
    stopped: list[str] = field(default_factory=list)


def _path(settings: Settings) -> Path:
    return Path(settings.directory, LEDGER)


def under_way(settings: Settings) -> Ledger | None:
    """Return the restore that was killed, None where there is none. Raises OSError, ValueError."""
    try:
        return Ledger(**json.loads(_path(settings).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _keep(settings: Settings, ledger: Ledger) -> None:
    owned = atomic.Owned(mode=0o600, uid=os.geteuid(), gid=os.getegid())
    atomic.write_file(_path(settings), json.dumps(asdict(ledger)).encode(), owned)


def warning(settings: Settings, target: Target, now: float) -> str:
    """Return what a restore takes away, in words."""
    names = ", ".join(each.name for each in settings.postgres.databases) if settings.postgres else ""
    shown = datetime.fromtimestamp(now, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S+00:00")
    if target.kind == "latest":
        return f"All databases ({names}) are replaced by what the repositories hold now, {shown}."
    if target.kind != "time":
        return f"All databases ({names}) lose what was committed after {target.kind} {target.value}; now it is {shown}."
    lost = now - backup_restore.moment(target.value).timestamp()
    after = f"after {target.value}: the last {lost:.0f} s until {shown}."
    return f"All databases ({names}) lose all that was committed {after}"


def window(engine: Engine, settings: Settings, target: Target, now: float) -> None:
    """Refuse a moment that cannot be reached. Raises FailedError, with the window."""
    if target.kind != "time":
        return
    stanzas = backup_postgres.stanzas(engine, settings.repositories)
    stops = [each.stop for stanza in stanzas for each in stanza.backups]
    wanted = backup_restore.moment(target.value).timestamp()
    if not stops or not min(stops) <= wanted <= now:
        first = datetime.fromtimestamp(min(stops), tz=timezone.utc).isoformat(sep=" ") if stops else "nothing"
        raise FailedError(f"{target.value} cannot be reached: the repositories go back to {first}, and not beyond now")


def restore(engine: Engine, settings: Settings, target: Target, confirmed: str) -> Iterator[str]:
    """Take the database back in its place. Yield what was done. Raises FailedError; until then nothing is changed.

    confirmed: the stack's name, or nothing is done. The same call takes up a restore that was killed.
    """
    now = time.time()
    ledger = under_way(settings)
    asked = Ledger(kind=target.kind, value=target.value, repository=target.repository)
    if ledger and (ledger.kind, ledger.value) != (asked.kind, asked.value):
        raise FailedError(f"a restore to {ledger.kind} {ledger.value} is under way: give the same target to go on")
    if confirmed != settings.stack:
        raise FailedError(f"{warning(settings, target, now)} Say so with --confirm {settings.stack}")
    if ledger is None:
        window(engine, settings, target, now)
        yield warning(settings, target, now)
        # A commit behind the target: recovery fails where there is none. And what is given up can be had again.
        engine.sql("SELECT pg_current_xact_id()")
        backup_postgres.backup(engine, settings, "incr")
        backup_postgres.check(engine)
        yield "a last backup was made: the state of now can be had again"
        ledger = asked
        _keep(settings, ledger)
    yield from _replaced(engine, settings, target, ledger)
    _path(settings).unlink()
    engine.run(["systemctl", "start", "--no-block", "holdfast-backup@full.service"], "")
    yield "a new full backup was begun"


def _replaced(engine: Engine, settings: Settings, target: Target, ledger: Ledger) -> Iterator[str]:
    stopped = list(dict.fromkeys([*ledger.stopped, *_users(engine, settings)]))
    _keep(settings, Ledger(**{**asdict(ledger), "stopped": stopped}))
    server = containers.of_project(engine.run, engine.postgres.project, engine.postgres.service)
    if len(server) != 1:
        raise FailedError(f"{engine.postgres.service} has {len(server)} containers; one is needed")
    checked(engine.run(["docker", "stop", *stopped, server[0].id], ""), "the services did not stop")
    yield f"{len(stopped)} containers of the application and the server stand still"
    backup_restore.fetch(engine, settings, engine.postgres.volume, target, delta=True)
    yield "the files of the backup are in their place"
    checked(engine.run(["docker", "start", server[0].id], ""), "the server did not start")
    engine.wait_for("the server does not serve", RECOVERY_SECONDS, lambda: backup_restore.started(engine, server[0].id))
    yield "the server serves"
    if stopped:
        checked(engine.run(["docker", "start", *stopped], ""), "the application did not start")


def _users(engine: Engine, settings: Settings) -> list[str]:
    """Return the running containers of the application: of every project of the stack but stores and edge."""
    names = engine.run(["docker", "ps", "--format", '{{.ID}} {{.Label "com.docker.compose.project"}}'], "").out
    rows = [line.split(" ", 1) for line in names.splitlines() if " " in line]
    others = {f"{settings.stack}-stores", f"{settings.stack}-edge"}
    return [row[0] for row in rows if row[1].startswith(f"{settings.stack}-") and row[1] not in others]
