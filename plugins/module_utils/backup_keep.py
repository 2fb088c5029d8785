# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What repositories keep, and whether it can be read: the truth is asked of them, and not of whoever sent it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_dumps,
    backup_files,
    backup_known,
    backup_lock,
    backup_redis,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import (
    FilesError,
    Snapshot,
    ahead,
    is_locked,
    jumped,
    reason,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_known import Known
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding

DAY = 86_400
WEEK = 7 * DAY
# So many checks read all the data once, each another part of it: within the two weeks for which copies are kept.
PARTS = 2
# How much earlier than it must restic may find a copy too old.
SLACK = 3600


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The last check of a repository. at: seconds since the epoch, 0 for never. part: of PARTS whose data were read."""

    repository: int
    at: float
    sound: bool
    part: int
    message: str


def tags(settings: Settings) -> dict[str, int]:
    """Return the tag of everything that is copied, with the days that its copies are kept."""
    found = {backup_files.HOST: settings.keep.files_days}
    found |= {backup_files.tag_of(volume): settings.keep.files_days for volume in settings.volumes}
    if settings.redis is not None:
        found[backup_redis.TAG] = settings.keep.files_days
    if settings.postgres is not None:
        names = (each.name for each in settings.postgres.databases)
        found |= {backup_dumps.tag_of(name): settings.keep.dump_days for name in names}
    return found


def forget(settings: Settings, restic: Restic, found: Sequence[Snapshot], now: float) -> None:
    """Remove the snapshots that are too old, of all that were found. Raises FilesError.

    Age counts from the newest of a tag: where no more copies are made, the last ones stay. So one whose time is yet to
    come would take all others with it: nothing goes then, nor of a kind whose times a clock may have made.
    """
    every = {each.work: each.every_seconds for each in settings.works}
    late = [each.id[:8] for each in found if ahead(each.at, now) and {*each.tags} & {*tags(settings)}]
    if late:
        rule = f"{restic.name}: {', '.join(late)} are of a time that is yet to come, and nothing old is removed"
        how = f"holdfast-backup restic {restic.repository.number} forget ID removes them"
        raise FilesError(f"{rule}. Is the clock right? Where it was not, {how}")
    for days in sorted(set(tags(settings).values())):
        named = []
        for tag, kept in tags(settings).items():
            often = every.get("dumps" if tag.startswith(backup_dumps.TAG) else "files", DAY)
            times = [each.at for each in found if tag in each.tags]
            if kept == days and not jumped(times, kept * DAY, max(DAY, 2 * often)):
                named += ["--tag", tag]
        if named:
            words = ["forget", "--host", restic.host, "--group-by", "host,tags", "--keep-within", f"{days}d", *named]
            restic.good(restic.call(*words), "remove old snapshots")


def tidy(settings: Settings, repository: Repository, run: Run, now: float) -> bool:
    """Remove what is too old, and free its room once a week. Tell whether it was freed. Raises FilesError, OSError.

    While it is read nothing is removed, and nothing waits for that: the next copies are due, and remove it then.
    """
    restic, known = _met(settings, repository, run)
    found = restic.snapshots()
    _watched(settings, repository, found, known)
    try:
        with backup_lock.alone(_lock(settings, repository), waits=False):
            forget(settings, restic, found, now)
            if now - known.pruned < WEEK:
                return False
            restic.good(restic.call("prune"), "free room")
    except BlockingIOError:
        return False
    # What is known may have been written meanwhile.
    _keep(settings, repository, pruned=now)
    return True


def _watched(settings: Settings, repository: Repository, found: Sequence[Snapshot], known: Known) -> None:
    """Note which snapshots are there, and which of those that were went before their time: nobody here removes them."""
    days = tags(settings)
    there = {each.id: (tag, each.at) for each in found for tag in each.tags if tag in days}
    newest_at = {tag: max(at for each, at in there.values() if each == tag) for tag, _ in there.values()}
    due = {
        each: (tag, at)
        for each, (tag, at) in {**known.gone, **known.kept}.items()
        if tag in days and at > newest_at.get(tag, at) - days[tag] * DAY + SLACK
    }
    gone = {each: of for each, of in due.items() if each not in there}
    _keep(settings, repository, kept=there, gone=gone)


def of_copies(settings: Settings) -> Iterator[Finding]:
    """Yield that copies went before their time. As with a gap of the log nobody can mend it."""
    for each in settings.repositories:
        path = f"backup.repository[{each.number}].copies"
        try:
            known = backup_known.read(settings.directory, each.number)
        except (OSError, ValueError) as problem:
            yield Finding(path=path, value=str(problem), rule="must be readable", hint="remove that file")
            continue
        if known is not None and known.gone:
            lost = Counter(tag for tag, _ in known.gone.values())
            value, rule = ", ".join(f"{lost[tag]} of {tag}" for tag in sorted(lost)), "no copy may go before its time"
            hint = "who else has the storage's credentials, or is there a lifecycle rule? Told until they were due"
            yield Finding(path=path, value=value, rule=rule, hint=hint, level=WARNING)


def check(settings: Settings, repository: Repository, run: Run, now: float, *, at_once: bool = False) -> Checked:
    """Have restic check a repository once a week and read another part of its data; return the last check.

    at_once: whatever its age. An unsound repository is a result and no error: all of it is read the next time, for
    another part that is sound says nothing of what was not. Raises FilesError, OSError, ValueError.
    """
    restic, known = _met(settings, repository, run)
    if at_once or now - known.checked >= WEEK:
        part = known.part % PARTS + 1
        reads = f"--read-data-subset={part}/{PARTS}" if known.sound else "--read-data"
        with backup_lock.alone(_lock(settings, repository)):
            result = _read(restic, reads)
        message = "" if result.status == 0 else reason(result)
        known = _keep(settings, repository, checked=now, part=part, sound=result.status == 0, message=message)
    return Checked(
        repository=repository.number, at=known.checked, sound=known.sound, part=known.part, message=known.message
    )


def _lock(settings: Settings, repository: Repository) -> Path:
    """Return what is held by who removes something from a repository, and by who reads all of it."""
    return Path(settings.directory, f"restic-{repository.number}.lock")


def _read(restic: Restic, reads: str) -> Result:
    """Read without a lock of restic's: its check has the repository alone for hours, and no copy could be made.

    Copies only add. Who removes meanwhile what is to be read, another host that shares the place, or a dump that gets
    its name, makes that look like damage: so damage is looked at again with the lock, and nobody works beside it.
    Where that one is not to be had, what was seen first is told.
    """
    result = restic.call("check", reads, "--no-lock")
    if result.status == 0:
        return result
    again = restic.call("check", reads)
    return result if is_locked(again) else again


def _met(settings: Settings, repository: Repository, run: Run) -> tuple[Restic, Known]:
    restic = backup_known.opened(settings, repository, run)
    known = backup_known.read(settings.directory, repository.number)
    if known is None:
        raise FilesError(f"{restic.name} is not known")
    return restic, known


def _keep(settings: Settings, repository: Repository, **changes: Any) -> Known:
    known = backup_known.read(settings.directory, repository.number)
    if known is None:
        raise FilesError(f"repository {repository.number} is not known any more")
    known = replace(known, **changes)
    backup_known.write(settings.directory, repository.number, known)
    return known
