# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a host knows of its restic repositories: that each is the one it was, and when it was looked after."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run

# Of restic's cache, which holds indexes and directories of a repository: more is removed, and read again.
CACHE_BYTES = 1024**3


@dataclass(frozen=True, kw_only=True)
class Known:
    """restic, id: the repository that was made or met there. pruned, checked: seconds since the epoch, 0 for never.

    part: of the data that was read last. sound, message: what came of the last check. kept: the snapshots that were
    there when somebody looked last, by id, each with its tag and its time. gone: those that somebody else removed.
    """

    restic: str
    id: str
    pruned: float = 0
    checked: float = 0
    part: int = 0
    sound: bool = True
    message: str = ""
    kept: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    gone: Mapping[str, tuple[str, float]] = field(default_factory=dict)


def path(directory: str, number: int) -> Path:
    """Return the file of a repository."""
    return Path(directory, f"restic-{number}.json")


def read(directory: str, number: int) -> Known | None:
    """Return what is known of a repository, None before it was met. Raises OSError, ValueError for a damaged file."""
    try:
        text = path(directory, number).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return Known(**json.loads(text))
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{path(directory, number)} is damaged: {problem}") from None


def write(directory: str, number: int, known: Known) -> None:
    """Keep what is known. Raises OSError."""
    owned = atomic.Owned(mode=0o640, uid=os.geteuid(), gid=os.getegid())
    atomic.write_file(path(directory, number), json.dumps(asdict(known)).encode(), owned)


def restic(settings: Settings, repository: Repository, run: Run) -> Restic:
    """Return the wrapper of a repository, which need not be there. A local one needs no cache."""
    cache = None
    if repository.kind != "local":
        cache = str(Path(settings.directory, f"restic-cache-{repository.number}"))
        bound(Path(cache), CACHE_BYTES)
    return Restic(
        repository=repository, run=run, password_file=settings.password_file, host=settings.stack, cache=cache
    )


def bound(cache: Path, most: int) -> None:
    """Remove a cache that takes more than so many bytes. Raises OSError."""
    if cache.is_dir() and sum(each.lstat().st_size for each in cache.rglob("*") if each.is_file()) > most:
        shutil.rmtree(cache)


def opened(settings: Settings, repository: Repository, run: Run) -> Restic:
    """Return a repository that is there, made where it never was.

    Raises FilesError where the password is another, where the repository that was there is gone or has become another,
    or where it cannot be reached; nothing is made then.
    """
    made = restic(settings, repository, run)
    known = read(settings.directory, repository.number)
    if known is not None and known.restic != repository.restic:
        known = None
    found = made.identity()
    if known is not None and found != known.id:
        what = "is gone" if found is None else "is another one than it was"
        raise FilesError(
            f"{made.name} {what}: is its place mounted, and the right one? Nothing was written. Where that is meant, "
            f"remove {path(settings.directory, repository.number)}"
        )
    if found is None:
        _empty(repository)
        made.good(made.call("init"), "make it")
        found = made.identity()
        if found is None:
            raise FilesError(f"{made.name} was made, but is not there")
    if known is None:
        write(settings.directory, repository.number, Known(restic=repository.restic, id=found))
    return made


def _empty(repository: Repository) -> None:
    """Raises FilesError where a local place has files but no repository: restic before 0.17 would add to them."""
    place = Path(repository.restic)
    if repository.kind == "local" and place.is_dir() and any(place.iterdir()):
        raise FilesError(
            f"{place} has files, but is no repository: perhaps one that was being made when its host stopped. Nothing "
            "was written. Empty it"
        )
