# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is true of the backups, read from the repositories: findings for people and verify, metrics for alerts."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    atomic,
    backup_archiver,
    backup_findings,
    backup_keep,
    backup_ledger,
    backup_postgres,
    backup_report,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_archiver import Archiver
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_metrics import Metric, Sample
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import Truth
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

FILE = "truth.json"
AGAIN_SECONDS = 3600


def metrics(truths: Sequence[Truth], archiver: Archiver | None, now: float) -> list[Metric]:
    """Return what was read as metrics, each of a repository with its number. now: when, seconds since the epoch."""

    def metric(name: str, text: str, read: Callable[[Truth], float | None]) -> Metric:
        known = [(each.repository, read(each)) for each in truths]
        told = [Sample(value=value, labels={"repository": str(at)}) for at, value in known if value is not None]
        return Metric(name=name, help=text, samples=told)

    found = [
        # The values below say nothing of their own age: who reads no more leaves good ones behind.
        Metric(name="read_timestamp_seconds", help="When this was read.", samples=[Sample(value=now)]),
        metric("repository_up", "1 where the repository answered.", lambda each: each.reached),
        metric("full_age_seconds", "Age of the newest full backup.", lambda each: each.age),
        metric("newest_age_seconds", "Age of the newest backup of any kind.", lambda each: each.newest),
        metric("full_count", "Full backups that are kept.", lambda each: each.fulls),
        metric("stored_bytes", "What the backups take.", lambda each: each.stored),
        metric("database_bytes", "The database in the newest backup.", lambda each: each.size),
        metric("log_missing_segments", "Segments missing from the kept log.", lambda each: len(each.missing)),
        metric("restorable", "1 where the newest state can be restored.", lambda each: each.whole),
    ]
    if archiver is not None:
        for name, text, value in (
            ("archive_waiting_segments", "Segments that were not archived yet.", archiver.waiting),
            ("archive_waiting_seconds", "How long the first of them waits.", archiver.oldest),
            ("archived_segments_total", "Segments archived since the statistics were reset.", archiver.archived),
            ("archive_failures_total", "Tries to archive that failed.", archiver.failed),
            ("data_free_bytes", "What PostgreSQL's disk has left.", archiver.free),
        ):
            kind = "counter" if name.endswith("_total") else "gauge"
            samples = [] if value is None else [Sample(value=value, labels={})]
            found.append(Metric(name=name, help=text, kind=kind, samples=samples))
    return found


def look(engine: Engine | None, settings: Settings) -> list[Finding]:
    """Read the truth, keep it for verify and as metrics, and take a new base after a gap. Return the findings.

    engine: None without PostgreSQL: then what became of the other work is all there is.
    """
    directory = Path(settings.directory)
    archiver, truths, findings = _asked(engine, settings) if engine else (None, [], [])
    state, damaged = _state(directory)
    now = time.time()
    last, known = _last(directory)
    since = {each.work: known.get(each.work, now) for each in settings.works}
    counts = backup_findings.told(state, settings.works, truths, now)
    findings += [
        *damaged,
        *backup_findings.of_clock(last, truths, state, now),
        *backup_findings.of_work(counts),
        *backup_findings.of_absence(settings.works, state, since, now),
        *backup_keep.of_copies(settings),
        *backup_ledger.of_ledger(settings),
    ]
    # First, for a full disk takes no more than the news of it.
    if engine:
        _new_base(engine, truths, state)
    told = [*backup_report.work_metrics(state, counts), *metrics(truths, archiver, now)]
    backup_report.write_metrics(Path(settings.metrics), told)
    found = {
        "at": now, "since": since,
        "findings": [each.as_dict() for each in findings], "truths": [asdict(each) for each in truths],
    }  # fmt: skip
    owned = atomic.Owned(mode=0o640, uid=os.geteuid(), gid=os.getegid())
    atomic.write_file(directory / FILE, (json.dumps(found, indent=1) + "\n").encode(), owned)
    return findings


def _asked(engine: Engine, settings: Settings) -> tuple[Archiver | None, list[Truth], list[Finding]]:
    """Return what the server and the repositories say; one that is down keeps nobody from asking the other."""
    archiver, truths, problems = None, [], []
    findings: list[Finding] = []
    try:
        archiver = backup_archiver.ask(engine)
        findings += backup_findings.of_archiver(archiver, engine.postgres.rpo_seconds)
    except (FailedError, OSError) as problem:
        problems.append(str(problem))
    try:
        last = archiver.last if archiver else ""
        truths = backup_postgres.truth(engine, settings, last=last)
    except FailedError as problem:
        problems.append(str(problem))
    if problems:
        value = "; ".join(dict.fromkeys(problems))
        findings.append(Finding(path="backup.server", value=value, rule="must answer", hint="docker ps"))
    places = {each.number: each.where for each in settings.repositories}
    for each in truths:
        findings += backup_findings.of_repository(each, places[each.repository], engine.postgres.full_every_seconds)
    return archiver, truths, findings


def _last(directory: Path) -> tuple[float, dict[str, float]]:
    """Return when somebody last looked, and since when for each work: one that is new owes nothing yet."""
    try:
        told = json.loads((directory / FILE).read_text(encoding="utf-8"))
        return float(told["at"]), {work: float(at) for work, at in told["since"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0, {}


def _state(directory: Path) -> tuple[dict[str, backup_report.Work], list[Finding]]:
    try:
        return backup_report.read_state(directory), []
    except ValueError as problem:
        hint = "the next work puts it aside"
        return {}, [Finding(path="backup.state", value=str(problem), rule="must be readable", hint=hint)]


def _new_base(engine: Engine, truths: Sequence[Truth], state: dict[str, backup_report.Work]) -> None:
    """Begin a full backup where the newest one does not lead to the newest state, and there alone; once an hour."""
    last = state.get("base")
    if backup_findings.lacking(truths) and (last is None or time.time() - last.start > AGAIN_SECONDS):
        engine.run(["systemctl", "start", "--no-block", "holdfast-backup@base.service"], "")
