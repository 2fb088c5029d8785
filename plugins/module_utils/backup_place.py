# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The database taken back in its place: said first, secured first, and taken up again where it was killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_choice,
    backup_ledger,
    backup_restore,
    backup_secure,
    containers,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    Engine,
    FailedError,
    Mount,
    checked,
    one_off,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_ledger import (
    ASKED,
    FETCHED,
    SECURED,
    SERVED,
    Ledger,
    keep,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

RECOVERY_SECONDS = 6 * 3600
# Longer than any replay that is waited for: whoever begins again after it means something else.
FRESH_SECONDS = 86_400
# Between the application's start and the ledger's end lies a moment, in which a restore may be killed as well.
CLOSING_SECONDS = 900


def _serves(engine: Engine) -> bool:
    """Tell whether the server runs, and has no recovery before it."""
    server = _server(engine)
    return backup_restore.restarts(engine, server) == 0 and backup_restore.recovered(engine, server)


def _over(engine: Engine, settings: Settings, former: Ledger, age: float) -> bool:
    """Tell whether a restore that was broken off has long ended by itself, and the server been used since.

    PostgreSQL goes on without whoever began it, and a run of the site's playbook starts the application. What was
    committed since is what a new restore takes away: it has to be secured, and is not what was at the target. While the
    application stands still nothing of it was committed, and the same restore ends as it would have. Before the server
    was stopped it is as good as not begun.
    """
    if not _serves(engine):
        return False
    if age > FRESH_SECONDS or former.step == ASKED:
        return age > FRESH_SECONDS
    if former.step == SERVED and age < CLOSING_SECONDS:
        return False
    return bool(users(engine, settings))


def going_on(engine: Engine, settings: Settings, target: Target, now: float) -> Ledger | None:
    """Return the restore that was broken off and goes on to a target, None where one begins. Raises FailedError."""
    former = backup_ledger.under_way(settings)
    if former is None or former.asked != _asked(target) or not _agree(former, target):
        return None
    return None if _over(engine, settings, former, backup_ledger.age(settings, now)) else former


def begin(engine: Engine, settings: Settings, target: Target, now: float, *, last: bool) -> Ledger:
    """Return a restore that can be done; one to the same target that is under way goes on. Raises FailedError.

    To another target, or from another repository or backup: what was fetched is given up, and what stands still is
    still known. last: a last backup is made.
    """
    going = going_on(engine, settings, target, now)
    if going is not None:
        return going
    former = backup_ledger.under_way(settings)
    chosen = backup_choice.choose(engine, settings, target, now)
    ledger = Ledger(asked=_asked(target), repository=chosen.repository, backup=chosen.backup, timeline=chosen.timeline)
    # What stands still while the rest of the application runs again was left so by somebody.
    if former is not None and not (backup_ledger.age(settings, now) > FRESH_SECONDS and users(engine, settings)):
        ledger = replace(ledger, stopped=former.stopped)
    if former is not None and former.step in (SECURED, FETCHED) and not _serves(engine):
        # The server may be a half of what was fetched: there is nothing to be secured of it any more.
        return replace(ledger, step=SECURED)
    if not last:
        return ledger
    secured = backup_secure.backups(engine, settings)
    chosen = secured.choose(engine, settings, target, now)
    ledger = replace(ledger, repository=chosen.repository, backup=chosen.backup, timeline=chosen.timeline)
    return replace(ledger, lacking=secured.lacking)


def _asked(target: Target) -> str:
    return f"{target.kind} {target.value}".strip()


def _agree(former: Ledger, target: Target) -> bool:
    return target.repository in (0, former.repository) and target.backup in ("", former.backup)


def restore(engine: Engine, settings: Settings, target: Target, ledger: Ledger, *, last: bool) -> Iterator[str]:
    """Take the database back in its place. Yield what was done. Raises FailedError.

    ledger: of begin(). last: the log of what is given up is archived first, so that it can be had again.
    """
    stopped = _there(engine, tuple(dict.fromkeys([*ledger.stopped, *users(engine, settings)])))
    server = _server(engine)
    ledger = keep(settings, replace(ledger, stopped=stopped))
    if ledger.step != SERVED and (standing := (*stopped, *users(engine, settings, once=True))):
        checked(engine.run(["docker", "stop", *standing], ""), "the application did not stop")
        yield f"{len(standing)} containers of the application stand still"
    if ledger.step == ASKED:
        if last:
            yield from (f"without a last backup in {each}" for each in ledger.lacking)
            lacking = _secure(engine, settings, ledger)
            yield from (f"not archived in {each}" for each in lacking)
            where = f"repository {ledger.repository}" if lacking else "the repositories"
            yield f"all that was committed until now is in {where}, and can be had again"
        ledger = keep(settings, replace(ledger, step=SECURED))
    if ledger.step == SECURED:
        chosen = replace(target, repository=ledger.repository, backup=ledger.backup, timeline=ledger.timeline)
        _fetch(engine, settings, server, chosen)
        ledger = keep(settings, replace(ledger, step=FETCHED))
        yield f"the files of backup {ledger.backup} are in their place"
    if ledger.step == FETCHED:
        if backup_restore.restarts(engine, server):
            # What kept it from serving may be mended: its tries are counted anew.
            checked(engine.run(["docker", "stop", server], ""), "the server did not stop")
        checked(engine.run(["docker", "start", server], ""), "the server did not start")
        engine.wait_for("the server does not serve", RECOVERY_SECONDS, lambda: backup_restore.started(engine, server))
        ledger = keep(settings, replace(ledger, step=SERVED))
        yield f"the server serves what was at {ledger.asked}"
    _end(engine, settings, _there(engine, stopped))
    yield "the application was started, and a new full backup begun; run the site's playbook: what it set since is gone"


def _end(engine: Engine, settings: Settings, stopped: Sequence[str]) -> None:
    _start(engine, stopped)
    backup_ledger.close(settings)
    begun = engine.run(["systemctl", "start", "--no-block", "holdfast-backup@full.service"], "")
    checked(begun, "all is back, but no new full backup was begun")


def _there(engine: Engine, named: Sequence[str]) -> tuple[str, ...]:
    """Return the containers that there still are: one of a single command goes as it ends, a release makes new ones."""
    words = ["docker", "container", "ls", "--all", "--quiet", "--no-trunc"]
    there = set(checked(engine.run(words, ""), "docker ps").out.split()) if named else set()
    return tuple(each for each in named if each in there)


def _start(engine: Engine, stopped: Sequence[str]) -> None:
    if stopped:
        checked(engine.run(["docker", "start", *stopped], ""), "the application did not start")


def _secure(engine: Engine, settings: Settings, ledger: Ledger) -> Sequence[str]:
    """Have all log archived; where that fails nothing was changed, and the application goes on.

    Return which repositories lack it. The one that is restored from must not: its log has to go on behind the target.
    """
    try:
        secured = backup_secure.log(engine, settings)
        if ledger.repository not in secured.there:
            raise secured.refused()
    except FailedError:
        _start(engine, _there(engine, ledger.stopped))
        backup_ledger.close(settings)
        raise
    return secured.lacking


def _fetch(engine: Engine, settings: Settings, server: str, target: Target) -> None:
    postgres = engine.postgres
    backup_restore.end_fetch(engine, postgres.volume)
    checked(engine.run(["docker", "stop", server], ""), "the server did not stop")
    # It does not run, whatever a server that was killed left to say so.
    mounts = [Mount(source=postgres.volume, target=postgres.mount, writes=True)]
    remove = one_off(engine, ["rm", "-f", f"{postgres.data}/postmaster.pid"], mounts, network="none", options=["--rm"])
    checked(engine.run(remove, ""), f"volume {postgres.volume}")
    backup_restore.fetch(engine, settings, postgres.volume, target, delta=True)


def _server(engine: Engine) -> str:
    """Return the server's container, whether it runs or not."""
    try:
        found = containers.of_project(engine.run, engine.postgres.project, engine.postgres.service)
    except containers.NotThereError as problem:
        raise FailedError(str(problem)) from None
    if len(found) != 1:
        raise FailedError(f"{engine.postgres.service} has {len(found)} containers; one is needed")
    return found[0].id


def users(engine: Engine, settings: Settings, *, once: bool = False) -> list[str]:
    """Return the running containers of the application: of every project of the stack but stores and edge.

    once: those of a single command (``docker compose run``), which are not to run again; else the others.
    """
    labels = " ".join(f'{{{{.Label "com.docker.compose.{name}"}}}}' for name in ("project", "oneoff"))
    words = ["docker", "ps", "--no-trunc", "--format", f"{{{{.ID}}}} {labels}"]
    rows = [line.split() for line in checked(engine.run(words, ""), "docker ps").out.splitlines()]
    others = {f"{settings.stack}-stores", f"{settings.stack}-edge"}
    ours = [row for row in rows if len(row) > 1 and row[1].startswith(f"{settings.stack}-") and row[1] not in others]
    return [row[0] for row in ours if (row[2:] == ["True"]) == once]
