# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A copy given back on a host that stands: a volume, Redis, a dump of a database, or the host's own files beside.

What is replaced is copied first, so that it can be had again; of a database the present one stays under another name.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_dumps,
    backup_files,
    backup_keep,
    backup_redis,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_asked import UnconfirmedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError, Snapshot, newness, tried
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_files import Source
from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import Pipe
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_single import former_name
from ansible_collections.holdfast.host.plugins.module_utils.backup_survey import when
from ansible_collections.holdfast.host.plugins.module_utils.command import Run

# Of the copies that may be chosen, so many are shown.
SHOWN = 10
NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for. tag: of the copy. repository: 0 for the one that has it newest. confirm: the stack's name, or
    it is not done. last: what is there now is copied first.

    snapshot: what its id begins with, or NEWEST. Without it the newest is shown, and not given back: by the time that
    this is confirmed another one may be the newest, of the damage.
    """

    tag: str
    snapshot: str = ""
    repository: int = 0
    confirm: str = ""
    last: bool = True


@dataclass(frozen=True, kw_only=True)
class Tools:
    """How programs are run, alone and one into another."""

    run: Run
    pipe: Pipe


def read(words: Namespace) -> Wish:
    """Return what was typed."""
    return Wish(
        tag=words.copy,
        snapshot=words.snapshot,
        repository=words.repository,
        confirm=words.confirm,
        last=not words.without_last,
    )


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """A copy, where it is, all of its kind there, and what was said by repositories that may have a newer one."""

    copy: Snapshot
    restic: Restic
    there: list[Snapshot]
    silent: list[str]


def _chosen(settings: Settings, run: Run, wish: Wish, now: float) -> _Chosen:
    """Return the newest copy that fits, wherever it is. Raises FailedError."""
    found, silent = backup_files.copies(settings, run, wish.tag, wish.repository)
    begins = "" if wish.snapshot == NEWEST else wish.snapshot
    fitting = [(one, restic, there) for restic, there in found for one in there if one.id.startswith(begins)]
    if fitting:
        copy, restic, there = max(fitting, key=lambda each: newness(each[0], now))
        return _Chosen(copy=copy, restic=restic, there=there, silent=silent)
    without = f"has no copy {begins or 'at all'} of {wish.tag}"
    wrong = [*silent, *(f"repository {restic.repository.number} {without}" for restic, _ in found)]
    raise FailedError("\n".join(wrong) or f"there is no repository {wish.repository}")


def _shown(there: list[Snapshot]) -> str:
    rows = [f"  {each.id[:8]}  {when(each.at)}" for each in there[-SHOWN:]]
    more = [f"  and {len(there) - SHOWN} older ones"] if len(there) > SHOWN else []
    return "\n".join([*rows, *more])


def give_back(settings: Settings, tools: Tools, wish: Wish, now: float) -> Iterator[str]:
    """Do what is asked for. Yield what was done. Raises UnconfirmedError, FailedError, FilesError, OSError."""
    known = [*backup_keep.tags(settings)]
    if wish.tag not in known:
        raise FailedError(f"{wish.tag!r} is no copy of this stack; there are {', '.join(known)}")
    chosen = _chosen(settings, tools.run, wish, now)
    source, name = Source(restic=chosen.restic, snapshot=chosen.copy.id, replace=True), chosen.copy.id[:8]
    what = f"{wish.tag} as it was at {when(chosen.copy.at)} (copy {name}, {chosen.restic.name})"
    unknown = [f"there may be newer ones: {each}" for each in chosen.silent]
    if wish.tag == backup_files.HOST:
        place = Path(settings.directory, f"host-{name}")
        backup_files.restore_host(source, place)
        yield from unknown
        yield f"{what} lies in {place}; take from it what is needed, and remove it: it has secrets"
        return
    if wish.confirm != settings.stack or not wish.snapshot:
        kept = (
            "The present one stays under another name."
            if wish.tag.startswith(backup_dumps.TAG)
            else _kept(last=wish.last)
        )
        told = f"{what} would take the place of what is there. {kept}\nThere are:\n{_shown(chosen.there)}"
        told = "\n".join([told, *unknown])
        how = f"do it with --snapshot {name} --confirm {settings.stack}"
        raise UnconfirmedError(
            f"{told}\nCopies go on to be made: take one from before the damage.\nNothing was done; {how}"
        )
    yield from unknown
    if wish.tag.startswith(backup_dumps.TAG):
        yield from _database(settings, tools, source, wish.tag.removeprefix(backup_dumps.TAG), now)
    else:
        yield from _files(settings, tools.run, source, wish)
    yield f"{what} is back"


def _kept(*, last: bool) -> str:
    return "That is copied first, and can be had again." if last else "That is lost for good."


def _files(settings: Settings, run: Run, source: Source, wish: Wish) -> Iterator[str]:
    volume = next((each for each in settings.volumes if backup_files.tag_of(each) == wish.tag), None)
    if volume:
        _there(run, volume.volume)
    if wish.last:
        copies, problem = tried(
            lambda: backup_files.backup_volume(settings, run, volume) if volume else backup_redis.backup(settings, run)
        )
        if not copies:
            hint = "--without-last gives up what is there now"
            raise FailedError(f"what is there now could not be copied, and nothing was done: {problem}; {hint}")
        yield "what was there is copied: " + ", ".join(f"{each.snapshot} in {each.repository}" for each in copies)
        yield from (f"and not everywhere: {each}" for each in problem.splitlines())
    if volume:
        backup_files.restore_volume(settings, run, source, volume.name)
    else:
        backup_redis.restore(settings, run, source)


def _there(run: Run, volume: str) -> None:
    try:
        backup_files.mountpoint(run, volume)
    except FilesError as problem:
        hint = "site.yml with -e holdfast_recover=true brings back a volume that is gone"
        raise FailedError(f"{problem}; {hint}") from None


def _database(settings: Settings, tools: Tools, source: Source, name: str, now: float) -> Iterator[str]:
    server, restored, kept = backup_dumps.server(settings, tools.run), f"{name}_restored", former_name(name, now)
    server.script('DROP DATABASE IF EXISTS :"name" WITH (FORCE);\n', name=restored)
    backup_dumps.restore(server, tools.pipe, source, name, restored)
    backup_dumps.exchange(server, restored, name, kept)
    yield f"{name} was exchanged; what it was until now is kept as {kept}"
    yield "run the site's playbook: it gives the database the settings and rights that no dump has"
