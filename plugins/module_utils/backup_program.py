# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The program ``holdfast-backup`` of a host: what its timers, the playbooks and an administrator call.

Prints one line a thing that it did; nothing where nothing was to do. Exit codes: 0; 1 with what failed on standard
error; 3 where a restore has not been confirmed, with what it would take away.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_asked,
    backup_beside,
    backup_drill,
    backup_dumps,
    backup_files,
    backup_findings,
    backup_known,
    backup_pause,
    backup_postgres,
    backup_prepare,
    backup_recover,
    backup_redis,
    backup_report,
    backup_repositories,
    backup_return,
    backup_settings,
    backup_through,
    backup_truth,
    backup_words,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_asked import UnconfirmedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError, collected
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    LONGEST_SECONDS,
    FailedError,
    engine_of,
    engine_or_none,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_lock import alone
from ansible_collections.holdfast.host.plugins.module_utils.backup_pause import BusyError
from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import piper
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_words import say, say_all
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import line

# Who asks every five minutes does not wait for one answer much longer.
LOOK_SECONDS = 900
# Told apart from what failed, and from words that are not known (2).
UNCONFIRMED = 3


def prepare(settings: Settings, asked: argparse.Namespace) -> None:
    """Make the certificates and the image, and refuse to begin in a lost host's place."""
    engine = engine_of(settings)
    say_all(backup_prepare.prepare(engine))
    if not asked.recovers:
        backup_prepare.lost(engine, settings)


def ready(settings: Settings, asked: argparse.Namespace) -> None:
    """Take the repositories into use, and have a first backup in each. One that does not answer is told at the end."""
    backup_recover.ended(_recovery(settings))
    silent: list[str] = []
    if engine := engine_or_none(settings):
        with alone(), backup_prepare.collecting(silent):
            say_all(backup_prepare.ready(engine, settings))
    # A host that is lost within its first hour comes back, too.
    if any(backup_known.read(settings.directory, each.number) is None for each in settings.repositories):
        with backup_prepare.collecting(silent):
            files(settings, asked)
            say("made a first copy of Redis, of volumes and of the host's own files")
    backup_truth.look(engine, settings)
    if silent:
        raise FailedError("\n".join(silent))


# base: a full backup where the newest one leads no more to the newest state, and there alone.
def _backup(name: str) -> Callable[[Settings, argparse.Namespace], None]:
    def work(settings: Settings, _words: argparse.Namespace) -> None:
        engine = engine_of(settings)
        with alone(), backup_report.recorded(Path(settings.directory), name) as outcome:
            only = backup_findings.lacking(backup_postgres.truth(engine, settings)) if name == "base" else None
            kind = "full" if name == "base" else name
            outcome.bytes = backup_postgres.backup(engine, settings, kind, only)
        backup_truth.look(engine, settings)

    return work


def truth(settings: Settings, _words: argparse.Namespace) -> None:
    """Read from the repositories what is there; take a new base where the log has a gap."""
    say_all(line(found) for found in backup_truth.look(engine_or_none(settings, LOOK_SECONDS), settings))


def readable(settings: Settings, _words: argparse.Namespace) -> None:
    """Read all that lies in the repositories."""
    run = runner(timeout_seconds=LONGEST_SECONDS)
    with backup_report.recorded(Path(settings.directory), "readable"):
        wrong = backup_repositories.unsound(settings, run)
        if settings.postgres:
            wrong += backup_postgres.unreadable(engine_of(settings), settings)
        if wrong:
            raise FailedError("\n".join(wrong))


def _recovery(settings: Settings) -> backup_recover.Recovery:
    run = runner(timeout_seconds=LONGEST_SECONDS)
    return backup_recover.Recovery(settings=settings, run=run, engine=engine_or_none(settings))


def _recovers(
    step: Callable[[backup_recover.Recovery], Iterator[str]],
) -> Callable[[Settings, argparse.Namespace], None]:
    def work(settings: Settings, _words: argparse.Namespace) -> None:
        with alone():
            say_all(step(_recovery(settings)))

    return work


def files(settings: Settings, _words: argparse.Namespace) -> None:
    """Copy Redis, volumes and the host's own files, and remove what is too old."""
    run = runner(timeout_seconds=LONGEST_SECONDS)
    works = [partial(backup_files.backup_host, settings, run), partial(backup_files.backup_volumes, settings, run)]
    works += [partial(backup_redis.backup, settings, run)] if settings.redis else []
    with backup_report.recorded(Path(settings.directory), "files") as outcome:
        copies = collected([*works, *backup_repositories.tidying(settings, run)])
        outcome.bytes = sum(each.bytes_added for each in copies)


def dumps(settings: Settings, _words: argparse.Namespace) -> None:
    """Copy an export of each database."""
    run, pipe = runner(timeout_seconds=LONGEST_SECONDS), piper(timeout_seconds=LONGEST_SECONDS)
    with backup_report.recorded(Path(settings.directory), "dumps") as outcome:
        outcome.bytes = sum(each.bytes_added for each in backup_dumps.backup(settings, run, pipe))


def drill(settings: Settings, asked: argparse.Namespace) -> None:
    """Restore beside the server, compare every row, and throw the copy away."""
    engine = engine_of(settings)
    try:
        with alone(), backup_report.recorded(Path(settings.directory), "drill") as outcome:
            done = backup_drill.drill(engine, settings, asked.seed)
            outcome.figures = done.figures()
            if done.wrong:
                raise FailedError("\n".join(done.wrong))
            outcome.message = done.text()
        say(done.text())
    finally:
        backup_truth.look(engine, settings)


def restore(settings: Settings, asked: argparse.Namespace) -> None:
    """Give the database back as it was, in its place or beside."""
    engine, pipe, wish = engine_of(settings), piper(timeout_seconds=LONGEST_SECONDS), backup_asked.read(asked)
    does = asked.beside or asked.confirm == settings.stack
    with alone(), backup_report.recorded(Path(settings.directory), "restore") if does else contextlib.nullcontext():
        say_all(backup_asked.give_back(engine, settings, pipe, wish, time.time()))


def restore_copy(settings: Settings, asked: argparse.Namespace) -> None:
    """Give back a copy of a volume, of Redis, of a database or of the host's own files."""
    tools = backup_return.Tools(
        run=runner(timeout_seconds=LONGEST_SECONDS), pipe=piper(timeout_seconds=LONGEST_SECONDS)
    )
    with alone():
        say_all(backup_return.give_back(settings, tools, backup_return.read(asked), time.time()))


def beside_remove(settings: Settings, _words: argparse.Namespace) -> None:
    """Remove the server that was restored beside."""
    backup_beside.remove(engine_of(settings), backup_asked.beside_name(settings))


def resume(settings: Settings, _words: argparse.Namespace) -> None:
    """Start what a killed copy left standing, and throw away what a killed drill was to throw away."""
    with contextlib.suppress(BusyError):
        backup_pause.resume(settings.directory, runner(timeout_seconds=LONGEST_SECONDS))
    state = backup_report.read_state(Path(settings.directory))
    killed = {kind for kind, work in state.items() if backup_report.killed(work)}
    if killed and (engine := engine_or_none(settings)):
        with contextlib.suppress(BlockingIOError), alone(waits=False):
            backup_beside.sweep(engine, settings.stack, killed)


WORKS: dict[str, Callable[[Settings, argparse.Namespace], None]] = {
    "prepare": prepare,
    "ready": ready,
    "full": _backup("full"),
    "incr": _backup("incr"),
    "base": _backup("base"),
    "truth": truth,
    "readable": readable,
    "files": files,
    "dumps": dumps,
    "drill": drill,
    "restore": restore,
    "restore-copy": restore_copy,
    "beside-remove": beside_remove,
    "resume": resume,
    "recover": _recovers(backup_recover.before_stores),
    "replay": _recovers(backup_recover.replay),
    "refill": _recovers(backup_recover.after_stores),
    **backup_through.WORKS,
}


def main(words: list[str] | None = None) -> int:
    """Do one work."""
    asked = backup_words.read(sorted(WORKS), [*backup_through.WORKS], sys.argv[1:] if words is None else words)
    # Told to end, it takes back what it has begun, as after a failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("holdfast-backup: it was told to end"))
    if os.geteuid() != 0:
        sys.stderr.write("holdfast-backup: only root may\n")
        return 1
    try:
        WORKS[asked.work](backup_settings.load(), asked)
    except UnconfirmedError as told:
        say(str(told))
        return UNCONFIRMED
    except (FailedError, FilesError, OSError, ValueError) as problem:
        sys.stderr.write(f"holdfast-backup: {asked.work}: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
