# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is wrong with backups, each a pure function of what was read: findings for people and verify."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ansible_collections.holdfast.host.plugins.module_utils import backup_report
from ansible_collections.holdfast.host.plugins.module_utils.backup_archiver import Archiver
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import Truth
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Regular
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding

# A backup that takes long, and the timer's jitter, are no reason for alarm.
LATE = 1.5
# What an archiver that works again needs before it is believed to be late.
GRACE_SECONDS = 30
# Less than this, and PostgreSQL stands still before its log has been sent: four segments.
LEAST_FREE = 64 * 1024**2
# A clock is corrected by less.
CLOCK_SECONDS = 60
# What is done when somebody asks for it is told for so long, once it failed; who asked has seen it.
ASKED_SECONDS = 86_400
# What no unit does has no journal.
HINTS = {"restore": "holdfast-backup restore, to the same target, goes on where it was; this is told for a day"}
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
            f"holdfast-backup pgbackrest --repo={truth.repository} --set=LABEL expire forgets one that is not",
        )
        yield Finding(path=f"{what}.backups", value=", ".join(truth.lost), rule=rule, hint=hint, level=level)
    if truth.age is None:
        hint = "is its disk mounted, its bucket the right one? A place that was never used, holdfast-backup ready takes"
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


def told(
    state: Mapping[str, backup_report.Work], works: Sequence[Regular], truths: Sequence[Truth], now: float
) -> dict[str, backup_report.Work]:
    """Return the works of which it counts how they ended: those with a time of their own, and those asked for lately.

    Nobody does again what somebody once asked for: its failure would be told for ever, and hide the next one. A new
    base counts as long as one is lacking.
    """
    regular = {each.work for each in works}
    return {
        kind: work
        for kind, work in state.items()
        if (lacking(truths) if kind == "base" else kind in regular or now - (work.end or work.start) < ASKED_SECONDS)
    }


def of_work(
    state: Mapping[str, backup_report.Work], lives: Callable[[int], bool] = backup_report.lives
) -> Iterator[Finding]:
    """Yield what failed when it was done last, and what was killed and had no time to say so."""
    for kind, work in sorted(state.items()):
        killed = backup_report.killed(work, lives)
        if killed or work.result == backup_report.FAILED:
            rule = "must end well"
            hint = HINTS.get(kind, f"journalctl -u holdfast-backup@{kind.partition(':')[0]}")
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


def lacking(truths: Sequence[Truth]) -> list[int]:
    """Return the repositories that need a new base. One without any may be the wrong place."""
    return [
        each.repository for each in truths if each.reached and (each.lost or each.age is not None) and not each.whole
    ]
