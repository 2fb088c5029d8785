# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The program ``holdfast-backup`` of a host: what its timers, the playbooks and an administrator call.

Prints one line a thing that it did; nothing where nothing was to do. Exit codes: 0, or 1 with what failed on standard
error.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_postgres,
    backup_prepare,
    backup_report,
    backup_restore,
    backup_settings,
    backup_truth,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import runner

# The longest thing that is waited for: a first backup over a slow line.
LONGEST_SECONDS = 3 * 86_400
LOCK = Path("/run/holdfast-backup.lock")


@contextlib.contextmanager
def alone(path: Path = LOCK) -> Iterator[None]:
    """Wait until nobody else changes repositories or data from this host."""
    with path.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def engine_of(settings: Settings) -> Engine:
    """Return the cluster's containers. Raises FailedError where there is no PostgreSQL."""
    if settings.postgres is None:
        raise FailedError("this stack has no PostgreSQL")
    return Engine(postgres=settings.postgres, run=runner(timeout_seconds=LONGEST_SECONDS))


def prepare(settings: Settings, _words: argparse.Namespace) -> None:
    """Make the certificates and the image."""
    for done in backup_prepare.prepare(engine_of(settings)):
        say(done)


def ready(settings: Settings, _words: argparse.Namespace) -> None:
    """Take the repositories into use, and have a first backup in each."""
    engine = engine_of(settings)
    with alone():
        for done in backup_prepare.ready(engine, settings):
            say(done)


def _backup(kind: str) -> Callable[[Settings, argparse.Namespace], None]:
    def work(settings: Settings, _words: argparse.Namespace) -> None:
        engine = engine_of(settings)
        with alone(), backup_report.recorded(Path(settings.directory), kind) as outcome:
            outcome.bytes = backup_postgres.backup(engine, settings, kind)
        backup_truth.look(engine, settings)

    return work


def truth(settings: Settings, _words: argparse.Namespace) -> None:
    """Read from the repositories what is there; take a new base where the log has a gap."""
    engine = engine_of(settings)
    for found in backup_truth.look(engine, settings):
        say(found.text())


def readable(settings: Settings, _words: argparse.Namespace) -> None:
    """Read all that lies in the repositories."""
    engine = engine_of(settings)
    with backup_report.recorded(Path(settings.directory), "readable"):
        backup_postgres.readable(engine, settings)


def recover(settings: Settings, _words: argparse.Namespace) -> None:
    """Fill an empty volume from the repositories."""
    engine = engine_of(settings)
    with alone(), backup_report.recorded(Path(settings.directory), "recover"):
        if backup_restore.recover(engine, settings, backup_restore.Target()):
            say("the data were fetched from the repositories")


WORKS: dict[str, Callable[[Settings, argparse.Namespace], None]] = {
    "prepare": prepare,
    "ready": ready,
    "full": _backup("full"),
    "incr": _backup("incr"),
    "truth": truth,
    "readable": readable,
    "recover": recover,
}


def main(words: list[str] | None = None) -> int:
    """Do one work."""
    parser = argparse.ArgumentParser(prog="holdfast-backup", description=__doc__)
    parser.add_argument("work", choices=sorted(WORKS))
    asked = parser.parse_args(words)
    if os.geteuid() != 0:
        sys.stderr.write("holdfast-backup: only root may\n")
        return 1
    try:
        WORKS[asked.work](backup_settings.load(), asked)
    except (FailedError, OSError, ValueError) as problem:
        sys.stderr.write(f"holdfast-backup: {asked.work}: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
