# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""pgBackRest and restic themselves, with repositories and credentials as this host has them: for what no work does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from ansible_collections.holdfast.host.plugins.module_utils import backup_files
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    LONGEST_SECONDS,
    FailedError,
    engine_of,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_words import say
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner


def _told(result: Result) -> None:
    """Say what a program said, and end with its status where that is not good."""
    if result.out.strip():
        say(result.out.rstrip("\n"))
    sys.stderr.write(result.err)
    if result.status != 0:
        sys.exit(result.status)


def pgbackrest(settings: Settings, asked: argparse.Namespace) -> None:
    """Run pgBackRest where the repositories are known. Raises FailedError where that container does not run."""
    _told(engine_of(settings).pgbackrest(*asked.passed))


def restic(settings: Settings, asked: argparse.Namespace) -> None:
    """Run restic on the repository whose number is the first word. Raises FailedError, FilesError."""
    number, words = (asked.passed or [""])[0], asked.passed[1:]
    if not number.isdigit():
        numbers = ", ".join(f"{each.number} ({each.where})" for each in settings.repositories)
        raise FailedError(f"name the repository first, by its number: {numbers}")
    run = runner(timeout_seconds=LONGEST_SECONDS)
    _told(backup_files.restic_of(settings, run, int(number)).call(*words))


WORKS: Mapping[str, Callable[[Settings, argparse.Namespace], None]] = {"pgbackrest": pgbackrest, "restic": restic}
