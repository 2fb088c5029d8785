# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What there is now is secured before it is given up: in every repository that takes it, and in the one that matters.

``pgbackrest check`` and a backup of all repositories fail with the first that does not answer, and knows no single one;
so each is asked for itself. Source: pgBackRest's src/command/check/check.c and its command reference, "check".
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansible_collections.holdfast.host.plugins.module_utils import backup_choice, backup_info, backup_postgres
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import STANZA, Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

ARRIVES_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Secured:
    """Which repositories have what there is now. lacking: of each of the others why it has not, in words.

    what: is said where that is too little.
    """

    there: frozenset[int]
    lacking: tuple[str, ...]
    what: str

    def choose(self, engine: Engine, settings: Settings, target: Target, now: float) -> Target:
        """Return a choice from a repository that has it. Raises FailedError where none leads to the target."""
        chosen = backup_choice.choose(engine, settings, target, now)
        if chosen.repository in self.there:
            return chosen
        for number in () if target.repository else sorted(self.there):
            with contextlib.suppress(FailedError):
                return backup_choice.choose(engine, settings, replace(target, repository=number), now)
        raise self.refused()

    def refused(self) -> FailedError:
        """Return why nothing is done."""
        hints = [f"--repository {number} has it, and restores from there" for number in sorted(self.there)]
        hints += ["--without-last gives up what is not in the repositories yet"]
        return FailedError("\n".join([f"{self.what}: {'; '.join(self.lacking)}", *hints]))


def _secured(settings: Settings, wrong: Mapping[int, str], what: str) -> Secured:
    there = frozenset(each.number for each in settings.repositories if each.number not in wrong)
    places = {each.number: each.where for each in settings.repositories}
    lacking = (f"repository {number} ({places[number]}): {text}" for number, text in sorted(wrong.items()))
    return Secured(there=there, lacking=tuple(lacking), what=what)


def _silent(engine: Engine, settings: Settings) -> tuple[dict[int, str], dict[int, str]]:
    """Return the repositories' archives by their numbers, and what those said that do not answer."""
    found = backup_postgres.stanzas(engine, settings.repositories)
    silent = {each.repository: each.message for each in found if each.code == -1 or not each.archive}
    return {each.repository: each.archive for each in found if each.repository not in silent}, silent


def backups(engine: Engine, settings: Settings) -> Secured:
    """Make an incremental backup in each repository that takes one."""
    what = "no last backup could be made, so this could not be taken back"
    try:
        answering, wrong = _silent(engine, settings)
    except FailedError as problem:
        return _secured(settings, dict.fromkeys((each.number for each in settings.repositories), str(problem)), what)
    failed = {number: _failed(engine, settings, number) for number in answering}
    return _secured(settings, wrong | {number: text for number, text in failed.items() if text}, what)


def _failed(engine: Engine, settings: Settings, number: int) -> str:
    try:
        backup_postgres.backup(engine, settings, "incr", [number])
    except FailedError as problem:
        return str(problem)
    return ""


def log(engine: Engine, settings: Settings) -> Secured:
    """Have all log sent, and find it in each repository that takes it. Raises FailedError without a server."""
    left, wrong = _silent(engine, settings)
    # A commit behind the target, too: recovery fails where there is none.
    engine.sql("SELECT pg_current_xact_id()")
    segment = engine.sql("SELECT pg_walfile_name(pg_switch_wal())")
    said = dict.fromkeys(left, f"{segment} did not come within {ARRIVES_SECONDS} s")

    def look() -> bool:
        for number, archive in list(left.items()):
            place = f"archive/{STANZA}/{archive}/{segment[:16]}"
            words = [f"--repo={number}", "--output=json", *backup_postgres.PATIENCE, f"--filter={segment}"]
            result = engine.pgbackrest(*words, "repo-ls", place)
            if result.status != 0:
                said[number] = result.message()
            elif backup_info.position(segment) in backup_info.segments(json.loads(result.out)):
                del left[number]
        return not left

    with contextlib.suppress(FailedError):
        engine.wait_for("the log does not reach the repositories", ARRIVES_SECONDS, look)
    what = "the log does not reach the repository that is restored from"
    return _secured(settings, wrong | {number: said[number] for number in left}, what)
