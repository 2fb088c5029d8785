# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's archive: made ready, backed up, and judged by what its repositories say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_mounted, backup_timeline
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import jumped
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import STANZA, Engine, FailedError, checked
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result

# What no message has in it, and a file that was read with another key has within a few characters.
_NOISE = re.compile("[\0-\x08\x0e-\x1f\x7f\ufffd]")
# A first backup of a database up to this size is waited for; a larger one is made by its unit.
WAITED_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What one repository has. age: of the newest full, seconds; newest: of the newest backup of any kind.

    missing: segments without which a promise cannot be kept. lost: backups that are listed and not there.
    whole: whether the newest state can be restored.
    """

    repository: int
    reached: bool
    message: str
    fulls: int = 0
    age: float | None = None
    newest: float | None = None
    size: int = 0
    stored: int = 0
    missing: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    whole: bool = False
    damaged: tuple[str, ...] = field(default=())


# A question is asked again five minutes later; pgBackRest would try for a minute, twice for each repository.
PATIENCE = ("--io-timeout=15",)


def stanzas(
    engine: Engine, repositories: Sequence[Repository], ask: Callable[..., Result] | None = None
) -> list[info.Stanza]:
    """Return what each repository says; one that does not answer has its message and code -1.

    ask: runs pgBackRest, where its server does not run. What the server has is none where it lies beneath a mount.
    """
    found = []
    for each in repositories:
        if ask is None and (problem := backup_mounted.apart(engine, each)):
            found.append(info.Stanza(repository=each.number, code=-1, message=problem))
            continue
        result = (ask or engine.pgbackrest)("--output=json", *PATIENCE, f"--repo={each.number}", "info")
        if result.status != 0:
            found.append(info.Stanza(repository=each.number, code=-1, message=result.message()))
            continue
        # By another key a file becomes noise, and its words for it have that noise in them as it is.
        (stanza,) = info.stanzas(json.loads(result.out, strict=False), [each.number])
        found.append(_explained(stanza, ask or engine.pgbackrest) if stanza.code == info.OTHER else stanza)
    return found


def _explained(stanza: info.Stanza, ask: Callable[..., Result]) -> info.Stanza:
    """Return one that could not be read. pgBackRest exits with 0 all the same; why is in the message, or, of some
    failures, said to people alone.
    """
    if stanza.message not in ("", "other"):
        # What is noise in it would make the whole line unreadable in the journal, and is what another key makes.
        plain = _NOISE.split(stanza.message)
        asks = "is it encrypted with another key? " if len(plain) > 1 else ""
        return replace(stanza, code=-1, message=asks + " ".join(plain[0].split()))
    said = ask(*PATIENCE, f"--repo={stanza.repository}", "info")
    return replace(stanza, code=-1, message=" ".join(said.message().split()) or stanza.message)


def _why(repository: Repository, message: str) -> str:
    return f"repository {repository.number} ({repository.where}): {message}"


def create(engine: Engine, settings: Settings) -> list[str]:
    """Have the cluster's place in each repository. Return what was done. Raises FailedError.

    A place that another cluster has, or that another key encrypts, is refused and left as it is. So is one whose
    repository this host knows and does not find: its disk may not be mounted. One that was in use and does not answer
    keeps the others from nothing; none begins beside it, for that is done in all of them or none.
    """
    found = stanzas(engine, settings.repositories)
    new = [stanza for stanza in found if stanza.code in (info.MISSING_PATH, info.MISSING_STANZA)]
    used = [stanza for stanza in found if stanza.code in (0, info.NO_BACKUP)]
    broken = {stanza.repository: stanza for stanza in found if stanza not in (*new, *used)}
    if broken and (new or not used or any(each.code != -1 for each in broken.values())):
        places = {each.number: each for each in settings.repositories}
        raise FailedError("\n".join(_why(places[number], each.message) for number, each in broken.items()))
    if used:
        _ours(engine, settings, found)
    if new:
        numbers = {stanza.repository for stanza in new}
        backup_mounted.refuse_gone(engine, settings, (each for each in settings.repositories if each.number in numbers))
        checked(engine.pgbackrest("stanza-create"), "the repositories were not taken into use")
    return [f"repository {stanza.repository} was taken into use" for stanza in new]


def _ours(engine: Engine, settings: Settings, found: Sequence[info.Stanza]) -> None:
    system = int(engine.sql("SELECT system_identifier FROM pg_control_system()"))
    for repository, stanza in zip(settings.repositories, found, strict=True):
        if stanza.code in (0, info.NO_BACKUP) and stanza.system != system:
            rule = f"holds the backups of another cluster ({stanza.system}, and this is {system})"
            hint = "give this host a path of its own; or remove the volume of this cluster, and recover the other one"
            raise FailedError(_why(repository, f"{rule}: {hint}"))


def backup(engine: Engine, settings: Settings, kind: str, only: Sequence[int] | None = None) -> int:
    """Make a backup in each repository, or in some. kind: full or incr. Return the bytes that they take.

    A repository that fails keeps none of the others from having theirs. Raises FailedError with all that failed.
    """
    wrong, stored = [], 0
    for each in settings.repositories:
        if only is not None and each.number not in only:
            continue
        if problem := backup_mounted.apart(engine, each):
            wrong.append(_why(each, problem))
            continue
        result = engine.pgbackrest(*_keeping(engine, settings, each), f"--type={kind}", "backup")
        if result.status != 0:
            wrong.append(_why(each, result.message()))
            continue
        made = stanzas(engine, [each])[0].backups
        stored += made[-1].stored if made else 0
    if wrong:
        raise FailedError("\n".join(wrong))
    return stored


def _keeping(engine: Engine, settings: Settings, repository: Repository) -> list[str]:
    """Return the options by which a backup removes the log from before the window. It is one full more itself."""
    (stanza,) = stanzas(engine, [repository])
    if stanza.code == -1:
        # By what is not known nothing is removed.
        return [f"--repo={repository.number}"]
    now, every = time.time(), engine.postgres.full_every_seconds
    times = [each.stop for each in stanza.backups if each.stop <= now]
    if jumped([*times, now], settings.keep.wal_seconds, 2 * every):
        # By a clock that is ahead everything is old.
        return [f"--repo={repository.number}", "--no-expire-auto"]
    kept = info.counted(stanza.fulls, now - settings.keep.wal_seconds) + 1
    at = f"--repo{repository.number}-retention-archive"
    return [f"--repo={repository.number}", f"{at}={kept}", f"{at}-type=full"]


def size(engine: Engine) -> int:
    """Return the bytes of all databases."""
    return int(engine.sql("SELECT sum(pg_database_size(oid)) FROM pg_database"))


def check(engine: Engine) -> None:
    """Have a segment archived, and find it in every repository. Raises FailedError."""
    checked(engine.pgbackrest("--archive-timeout=60", "check"), "the log does not reach the repositories")


def truth(engine: Engine, settings: Settings, now: float | None = None, last: str = "") -> list[Truth]:
    """Return what the repositories have, read from themselves.

    now: seconds since the epoch. last: a segment that the archiver had seen off before this was asked.
    """
    at = time.time() if now is None else now
    asked = _Asked(since=at - settings.keep.wal_seconds, now=at, last=last)
    return [
        _truth(engine, repository, stanza, asked)
        for repository, stanza in zip(settings.repositories, stanzas(engine, settings.repositories), strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """By what repositories are judged: see ``truth``."""

    since: float
    now: float
    last: str


def _truth(engine: Engine, repository: Repository, stanza: info.Stanza, asked: _Asked) -> Truth:
    if stanza.code == -1 or not stanza.backups:
        return Truth(repository=repository.number, reached=stanza.code != -1, message=stanza.message)
    place = f"archive/{STANZA}/{stanza.archive}"
    try:
        listed = json.loads(_read(engine, repository, "--output=json", "--recurse", "repo-ls", place))
        there = info.segments(listed)
        histories = backup_timeline.histories(listed)
        path, _ = histories.get(info.newest(there), ("", 0))
        left = backup_timeline.history(_read(engine, repository, "repo-get", f"{place}/{path}")) if path else {}
        backups = json.loads(_read(engine, repository, "--output=json", "repo-ls", f"backup/{STANZA}"))
    except FailedError as problem:
        return Truth(repository=repository.number, reached=False, message=str(problem))
    number = info.counted(stanza.fulls, asked.since)
    counted = [each.label for each in stanza.fulls[-number:]]
    stanza, gone = info.kept(stanza, backups)
    fulls = stanza.fulls
    # pgBackRest counts the lost ones too, and keeps no log before the last of those that it counts.
    kept = max(1, number - len(set(counted) & set(gone)))
    if not fulls:
        return Truth(repository=repository.number, reached=True, message=stanza.message, lost=gone)
    # Nothing comes after it: without the archiver nobody would know that there was one more.
    believed = [asked.last] if asked.last and info.position(asked.last) not in there else []
    forgotten = info.forgotten(stanza, kept, {line for line, _ in there}, histories)
    return Truth(
        repository=repository.number,
        reached=True,
        message=stanza.message,
        fulls=len(fulls),
        age=asked.now - fulls[-1].stop,
        newest=asked.now - stanza.backups[-1].stop,
        size=stanza.backups[-1].size,
        stored=sum(each.stored for each in stanza.backups),
        missing=tuple(dict.fromkeys([*info.gaps(stanza, there, kept, left), *forgotten, *believed])),
        lost=gone,
        whole=not believed and info.whole_since(stanza, there, left),
        damaged=tuple(each.label for each in stanza.backups if each.damaged),
    )


def _read(engine: Engine, repository: Repository, *words: str) -> str:
    return checked(engine.pgbackrest(f"--repo={repository.number}", *words), words[-1]).out


def unreadable(engine: Engine, settings: Settings) -> list[str]:
    """Read every file of every repository and compare it with its checksum. Return what is damaged, in words."""
    wrong = []
    for each in settings.repositories:
        result = engine.pgbackrest(f"--repo={each.number}", "--output=text", "verify")
        # A backup without its list of files counts there as one that was about to be removed.
        if result.status != 0 or re.search("error|manifest missing", f"{result.out}{result.err}", re.IGNORECASE):
            wrong.append(_why(each, result.message()))
    return wrong
