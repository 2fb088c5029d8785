# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is true of the backups, read from the repositories: findings for people and verify, metrics for alerts."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    atomic,
    backup_archiver,
    backup_keep,
    backup_postgres,
    backup_report,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_archiver import Archiver
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_metrics import Metric, Sample
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import Truth
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Regular, Settings
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding

FILE = "truth.json"
# A backup that takes long, and the timer's jitter, are no reason for alarm.
LATE = 1.5
# What an archiver that works again needs before it is believed to be late.
GRACE_SECONDS = 30
AGAIN_SECONDS = 3600
# Less than this, and PostgreSQL stands still before its log has been sent: four segments.
LEAST_FREE = 64 * 1024**2
# A clock is corrected by less.
CLOCK_SECONDS = 60
# Told from elsewhere: of the reading by its own age, of fulls by the repositories.
TOLD_ELSEWHERE = ("truth", "full")


def of_repository(truth: Truth, where: str, full_every: int) -> Iterator[Finding]:
    """Yield what is wrong with one repository. where: in words. full_every: seconds between two fulls."""
    what = f"backup.repository[{truth.repository}]"
    if not truth.reached:
        yield Finding(path=what, value=truth.message, rule=f"{where} must answer", hint="see its credentials and line")
        return
    if truth.lost:
        # As with a gap: a newer backup is the new base, and what is listed in vain is told until somebody forgets it.
        level = WARNING if truth.whole else ERROR
        rule, hint = (
            "every backup that is listed must be there",
            "pgbackrest --set=LABEL expire forgets one that is not",
        )
        yield Finding(path=f"{what}.backups", value=", ".join(truth.lost), rule=rule, hint=hint, level=level)
    if truth.age is None:
        hint = "is its disk mounted, its bucket the right one? In an empty place holdfast-backup ready begins anew"
        yield Finding(path=f"{what}.full", value="none", rule=f"{where} must have a full backup", hint=hint)
        return
    if truth.age > LATE * full_every:
        value, hint = f"{truth.age / 3600:.1f} h old", "journalctl -u holdfast-backup@full"
        rule = f"the newest full backup must be no older than {LATE * full_every / 3600:.0f} h"
        yield Finding(path=f"{what}.full", value=value, rule=rule, hint=hint)
    if truth.missing:
        # Once a newer backup leads to the newest state, nobody can mend what is gone: it is told until it has gone by.
        level = WARNING if truth.whole else ERROR
        rule = "no segment of the kept log may be missing"
        hint = "what lies before the gap restores up to it; a new full backup is the new base"
        yield Finding(path=f"{what}.log", value=", ".join(truth.missing), rule=rule, hint=hint, level=level)
    if truth.damaged:
        rule, hint = "no page of a backup may have a wrong checksum", "the database itself is damaged: pg_amcheck"
        yield Finding(path=f"{what}.pages", value=", ".join(truth.damaged), rule=rule, hint=hint)


def of_archiver(archiver: Archiver, rpo_seconds: int) -> Iterator[Finding]:
    """Yield that what was promised of the last seconds does not hold."""
    if archiver.waiting and archiver.oldest > rpo_seconds + GRACE_SECONDS:
        value = f"{archiver.waiting} segments wait, the first for {archiver.oldest:.0f} s"
        rule = f"the log must leave the host within {rpo_seconds} s"
        hint = "docker logs of PostgreSQL say which repository takes nothing; the others go on meanwhile"
        yield Finding(path="backup.archiver", value=value, rule=rule, hint=hint)
    if archiver.free is not None and archiver.free < LEAST_FREE:
        value, rule = f"{archiver.free} bytes left", f"must have {LEAST_FREE} bytes left for the log that waits"
        yield Finding(path="backup.disk", value=value, rule=rule, hint="df where PostgreSQL's volume lies")


def of_work(
    state: dict[str, backup_report.Work], lives: Callable[[int], bool] = backup_report.lives
) -> Iterator[Finding]:
    """Yield what failed when it was done last, and what was killed and had no time to say so."""
    for kind, work in sorted(state.items()):
        killed = backup_report.killed(work, lives)
        if killed or work.result == backup_report.FAILED:
            rule, hint = "must end well", f"journalctl -u holdfast-backup@{kind.partition(':')[0]}"
            value = "it was killed before it ended" if killed else work.message
            yield Finding(path=f"backup.{kind}", value=value, rule=rule, hint=hint)


def of_clock(
    last: float, truths: Sequence[Truth], state: Mapping[str, backup_report.Work], now: float
) -> Iterator[Finding]:
    """Yield that the clock went back: ages are wrong then, and what is named by its time is out of order.

    last: when somebody looked last. That look is forgotten with this one; what was done before it is not.
    """
    done = [now - each.newest for each in truths if each.newest is not None]
    done += [each.succeeded for each in state.values() if each.succeeded is not None]
    latest = max([last, *done])
    if latest > now + CLOCK_SECONDS:
        value, rule = f"{latest - now:.0f} s before what was done last", "must not go back"
        yield Finding(path="backup.clock", value=value, rule=rule, hint="timedatectl; then a new full backup")


def of_absence(
    works: Sequence[Regular], state: dict[str, backup_report.Work], since: Mapping[str, float], now: float
) -> Iterator[Finding]:
    """Yield what has not ended well for too long, or never did. since: when each was first looked for."""
    for each in works:
        work = state.get(each.work)
        good, allowed = work.succeeded if work else None, LATE * each.every_seconds
        late = now - (since[each.work] if good is None else good)
        if each.work not in TOLD_ELSEWHERE and late > allowed:
            value = f"never in {late / 3600:.1f} h" if good is None else f"{late / 3600:.1f} h ago"
            rule, hint = f"must end well every {allowed / 3600:.1f} h", f"systemctl start holdfast-backup@{each.work}"
            yield Finding(path=f"backup.{each.work}.last", value=value, rule=rule, hint=hint)


def metrics(truths: Sequence[Truth], archiver: Archiver | None) -> list[Metric]:
    """Return what was read as metrics, each of a repository with its number."""

    def metric(name: str, text: str, read: Callable[[Truth], float | None]) -> Metric:
        known = [(each.repository, read(each)) for each in truths]
        told = [Sample(value=value, labels={"repository": str(at)}) for at, value in known if value is not None]
        return Metric(name=name, help=text, samples=told)

    found = [
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
    findings += [
        *damaged,
        *of_clock(last, truths, state, now),
        *of_work({kind: work for kind, work in state.items() if kind != "base" or lacking(truths)}),
        *of_absence(settings.works, state, since, now),
        *backup_keep.of_copies(settings),
    ]
    told = [*backup_report.work_metrics(state), *metrics(truths, archiver)]
    backup_report.write_metrics(Path(settings.metrics), told)
    found = {
        "at": now, "since": since,
        "findings": [each.as_dict() for each in findings], "truths": [asdict(each) for each in truths],
    }  # fmt: skip
    owned = atomic.Owned(mode=0o640, uid=os.geteuid(), gid=os.getegid())
    atomic.write_file(directory / FILE, (json.dumps(found, indent=1) + "\n").encode(), owned)
    if engine:
        _new_base(engine, truths, state)
    return findings


def _asked(engine: Engine, settings: Settings) -> tuple[Archiver | None, list[Truth], list[Finding]]:
    """Return what the server and the repositories say; one that is down keeps nobody from asking the other."""
    archiver, truths, problems = None, [], []
    findings: list[Finding] = []
    try:
        archiver = backup_archiver.ask(engine)
        findings += of_archiver(archiver, engine.postgres.rpo_seconds)
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
        findings += of_repository(each, places[each.repository], engine.postgres.full_every_seconds)
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
    if lacking(truths) and (last is None or time.time() - last.start > AGAIN_SECONDS):
        engine.run(["systemctl", "start", "--no-block", "holdfast-backup@base.service"], "")


def lacking(truths: Sequence[Truth]) -> list[int]:
    """Return the repositories that need a new base. One without any may be the wrong place."""
    return [
        each.repository for each in truths if each.reached and (each.lost or each.age is not None) and not each.whole
    ]
