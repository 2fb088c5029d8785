# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a host has lost is filled from the repositories, step by step, each of them once: all of one that was made anew.

A ledger says what is still to be done, so that a recovery that was killed goes on where it was, and one that ended
never lays old data over new ones.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    atomic,
    backup_choice,
    backup_files,
    backup_redis,
    backup_restore,
    backup_survey,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError, newness
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError, checked
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run

LEDGER = "recovery.json"
POSTGRES, REDIS, VOLUME = "postgres", "redis", "volume:"
# The log since the backup, by the server itself: what reads it meanwhile would read what was.
REPLAY = "replay"
RECOVERY_SECONDS = 6 * 3600
STORES = "/etc/holdfast/stores"
# A fetch of the database that was begun: what lies in the volume is a half of it.
BEGUN = "postgres-begun"


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What is recovered: settings, how programs are run, and PostgreSQL's containers, None where there are none."""

    settings: Settings
    run: Run
    engine: Engine | None

    @property
    def ledger(self) -> Path:
        """Return the file of what is still to be done."""
        return Path(self.settings.directory, LEDGER)

    def left(self) -> list[str]:
        """Return what is still to be done; nothing where no recovery is under way. Raises OSError, ValueError."""
        try:
            return [str(each) for each in json.loads(self.ledger.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []

    def keep(self, left: Sequence[str]) -> None:
        """Keep what is still to be done. Raises OSError."""
        owned = atomic.Owned(mode=0o600, uid=os.geteuid(), gid=os.getegid())
        atomic.write_file(self.ledger, json.dumps(list(left)).encode(), owned)


def steps(settings: Settings) -> list[str]:
    """Return all that a host has to be given back, in order."""
    return [
        *([POSTGRES, REPLAY] if settings.postgres else []),
        *(f"{VOLUME}{each.name}" for each in settings.volumes),
        *([REDIS] if settings.redis else []),
    ]


def _volumes(settings: Settings) -> dict[str, str]:
    """Return the volume that each step fills."""
    named = {f"{VOLUME}{each.name}": each.volume for each in settings.volumes}
    named |= dict.fromkeys((POSTGRES, REPLAY), settings.postgres.volume) if settings.postgres else {}
    return named | ({REDIS: settings.redis.volume} if settings.redis else {})


def begin(recovery: Recovery) -> list[str]:
    """Have a ledger of what this host has lost. Return the volumes that it still has, which are left alone.

    Where it has lost nothing there is no ledger, and none is told. An engine that does not answer says nothing of that:
    what is there would be filled later. Raises FailedError.
    """
    if recovery.left():
        return []
    listed = checked(recovery.run(["docker", "volume", "ls", "--quiet"], ""), "the engine does not list its volumes")
    volumes, there = _volumes(recovery.settings), set(listed.out.split())
    lost = [step for step in steps(recovery.settings) if volumes[step] not in there]
    if not lost:
        return []
    recovery.keep(lost)
    return sorted(there & set(volumes.values()))


def ended(recovery: Recovery) -> None:
    """Raise FailedError where a recovery was begun and did not end: taken up later, it would undo what came since."""
    if left := recovery.left():
        rule = (
            f"a recovery was begun and did not end; {', '.join(left)} would be laid over what the host gets meanwhile"
        )
        raise FailedError(f"{rule}: run it again, or remove {recovery.ledger} where its data are not wanted")


def before_stores(recovery: Recovery) -> Iterator[str]:
    """Bring back what must be there before any store starts: PostgreSQL's files and volumes. Yield what was done."""
    there = begin(recovery)
    if there:
        yield f"left as they are: {', '.join(there)}"
    for step in recovery.left():
        if step in (POSTGRES, BEGUN):
            yield _postgres(recovery, again=step == BEGUN)
        elif step.startswith(VOLUME):
            yield _volume(recovery, step.removeprefix(VOLUME))
        else:
            continue
        recovery.keep([each for each in recovery.left() if each not in (step, BEGUN)])


def replay(recovery: Recovery) -> Iterator[str]:
    """Start the database alone, and wait until it has replayed all log. Yield what was done. Raises FailedError."""
    if REPLAY not in recovery.left():
        return
    engine = recovery.engine
    if engine is None:
        raise FailedError("the recovery names PostgreSQL, and this stack has none")
    service, server = engine.postgres.service, engine.postgres.server
    words = ["docker", "compose", "--project-directory", STORES, "up", "--detach", service, server]
    checked(engine.run(words, ""), "the database did not start")
    container = engine.container(service)
    engine.wait_for("the server does not serve", RECOVERY_SECONDS, lambda: backup_restore.started(engine, container))
    recovery.keep([each for each in recovery.left() if each != REPLAY])
    yield "the database has replayed its log"


def after_stores(recovery: Recovery) -> Iterator[str]:
    """Bring back what needs a store's own container: Redis. Yield what was done."""
    if REDIS not in recovery.left():
        return
    yield _from_newest(
        recovery,
        backup_redis.TAG,
        lambda source: f"{backup_redis.restore(recovery.settings, recovery.run, source)} keys of Redis were restored",
    )
    recovery.keep([each for each in recovery.left() if each != REDIS])


def _postgres(recovery: Recovery, *, again: bool) -> str:
    if recovery.engine is None:
        raise FailedError("the recovery names PostgreSQL, and this stack has none")
    if not again:
        recovery.keep([BEGUN, *(each for each in recovery.left() if each != POSTGRES)])
    postgres = recovery.engine.postgres
    backup_restore.make_volume(recovery.engine, postgres.project, "holdfast-postgres", postgres.volume)
    target, told = backup_choice.newest(recovery.engine, recovery.settings, time.time())
    backup_restore.fetch(recovery.engine, recovery.settings, postgres.volume, target, delta=again)
    return "\n".join(["the database's files were fetched", *told])


def _volume(recovery: Recovery, name: str) -> str:
    volume = next((each for each in recovery.settings.volumes if each.name == name), None)
    if volume is None:
        raise FailedError(f"the recovery names the volume {name}, and this stack has none; {recovery.ledger} says so")
    project = volume.pause[0].project if volume.pause else f"{recovery.settings.stack}-app"
    labels = {"com.docker.compose.project": project, "com.docker.compose.volume": name}
    words = [word for label, value in labels.items() for word in ("--label", f"{label}={value}")]
    made = recovery.run(["docker", "volume", "create", *words, volume.volume], "")
    if made.status != 0:
        raise FailedError(f"volume {volume.volume}: {made.message()}")

    def restore(source: backup_files.Source) -> str:
        backup_files.restore_volume(recovery.settings, recovery.run, source, name)
        return f"volume {name} was restored"

    return _from_newest(recovery, backup_files.tag_of(volume), restore)


def _from_newest(recovery: Recovery, tag: str, restore: Callable[[backup_files.Source], str]) -> str:
    """Restore the newest copy that any repository has, from another one where it cannot be read.

    Says of what time it is, and what is not known. Raises FailedError with what each of them said. Where every
    repository answers and none ever had a copy there is nothing to restore, and the rest goes on.
    """
    found, wrong = backup_files.copies(recovery.settings, recovery.run, tag)
    now = time.time()
    newest = [(restic, max(there, key=lambda each: newness(each, now))) for restic, there in found if there]
    for restic, chosen in sorted(newest, key=lambda each: newness(each[1], now), reverse=True):
        try:
            done = restore(backup_files.Source(restic=restic, snapshot=chosen.id, replace=True))
        except FilesError as problem:
            wrong.append(str(problem))
            continue
        told = f"{done} as it was at {backup_survey.when(chosen.at)} (copy {chosen.id[:8]}, {restic.name})"
        return "\n".join([told, *(f"there may be newer ones of {tag}: {each}" for each in wrong)])
    if wrong:
        raise FailedError(f"{tag} could not be restored:\n" + "\n".join(wrong))
    return f"no copy of {tag} was ever made: it stays empty"
