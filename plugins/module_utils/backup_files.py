# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Volumes and the host's own files: to every repository, and back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import backup_swap
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import (
    Copy,
    FilesError,
    PartlyError,
    Snapshot,
    ahead,
    collected,
    tried,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_known import opened, restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_pause import (
    alone,
    everyone,
    ran,
    services,
    standing_still,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import BRIEF_SECONDS, Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings, Volume
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.containers import Container, NotThereError, inspect

HOST = "host"
# The declaration, the secrets, the certificates and what is rendered: all that a host has of its own.
HOST_FILES = Path("/etc/holdfast")


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is restored. snapshot: what an id begins with, the newest where empty. replace: what is there may go."""

    restic: Restic
    snapshot: str = ""
    replace: bool = False

    def find(self, tag: str) -> Snapshot:
        """Return the snapshot of a tag. Raises FilesError."""
        return self.restic.find(tag, self.snapshot)


def everywhere(settings: Settings, run: Run, work: Callable[[Restic], Copy]) -> list[Copy]:
    """Do some work with every repository, made where it never was. Raises PartlyError at the end."""

    def done(repository: Repository) -> list[Copy]:
        return [work(opened(settings, repository, run))]

    return collected(partial(done, each) for each in settings.repositories)


def tag_of(volume: Volume) -> str:
    """Return the tag of a volume's snapshots."""
    return f"volume:{volume.name}"


def mountpoint(run: Run, volume: str) -> Path:
    """Return where a volume's files lie on the host. Raises FilesError."""
    result = run(["docker", "volume", "inspect", volume], "")
    if result.status != 0:
        raise FilesError(f"volume {volume} is not there: {result.message()}")
    return Path(json.loads(result.out)[0]["Mountpoint"])


def users(run: Run, volume: str) -> list[Container]:
    """Return the running containers that have a volume mounted. Raises FilesError."""
    result = run(["docker", "ps", "--quiet", "--no-trunc", "--filter", f"volume={volume}"], "")
    if result.status != 0:
        raise FilesError(f"the engine does not tell who uses {volume}: {result.message()}")
    ids = result.out.split()
    try:
        return inspect(run, ids) if ids else []
    except NotThereError as problem:
        raise FilesError(f"who uses {volume} went away meanwhile: {problem}") from None


def backup_volumes(settings: Settings, run: Run) -> list[Copy]:
    """Copy every declared volume to every repository. Raises PartlyError at the end."""
    return collected(partial(backup_volume, settings, run, each) for each in settings.volumes)


def backup_volume(settings: Settings, run: Run, volume: Volume) -> list[Copy]:
    """Copy a volume to every repository; its services stand still once. Raises PartlyError, FilesError, OSError."""
    place = mountpoint(run, volume.volume)
    # Services are not stopped for a repository that cannot be reached, nor while it or another run is waited for.
    problems, ready = [], []
    for repository in settings.repositories:
        found, problem = _opened(settings, repository, run, free=bool(volume.pause))
        ready += [found] if found else []
        problems += [problem] if problem else []

    def copy(restic: Restic) -> list[Copy]:
        # By its last name: a snapshot with the whole path could be restored below that path alone.
        staging = str(place / backup_swap.STAGING)
        if volume.pause:
            restic = replace(restic, patience_seconds=BRIEF_SECONDS)
        vanishing = not volume.pause
        return [restic.backup(tag_of(volume), place.name, str(place.parent), exclude=[staging], vanishing=vanishing)]

    done: list[Copy] = []
    if ready:
        with alone(settings.directory, run), standing_still(settings.directory, run, services(run, volume.pause)):
            before = everyone(run, volume.pause)
            copies, problem = tried(lambda: collected(partial(copy, each) for each in ready))
            torn = _torn(run, volume, before)
        problems += [each for each in (problem, torn) if each]
        if torn:
            problems += _dropped(ready, copies)
        else:
            done += copies
    if problems:
        raise PartlyError([f"{tag_of(volume)}: {each}" for each in problems], done)
    return done


def _torn(run: Run, volume: Volume, before: Sequence[Container]) -> str:
    """Return why what was copied may be of several moments, empty where its services stood still all the time."""
    try:
        names = ran(before, everyone(run, volume.pause))
    except FilesError as problem:
        return f"nobody knows whether its services stood still, and the copy is not kept: {problem}"
    return f"{', '.join(names)} ran while it was copied, and the copy is not kept" if names else ""


def _dropped(ready: Sequence[Restic], copies: Sequence[Copy]) -> list[str]:
    """Remove copies. Return why one is still there."""

    def drop(restic: Restic) -> list[Copy]:
        restic.forget(*(each.snapshot for each in copies if each.repository == restic.repository.number))
        return []

    _, problem = tried(lambda: collected(partial(drop, each) for each in ready))
    return [problem] if problem else []


def _opened(settings: Settings, repository: Repository, run: Run, *, free: bool) -> tuple[Restic | None, str]:
    """Return a repository, and why it is none to copy to. free: where no other run has it."""
    try:
        found = opened(settings, repository, run)
        if free:
            found.free()
        return found, ""
    except (FilesError, OSError, ValueError) as problem:
        return None, str(problem)


def backup_host(settings: Settings, run: Run, files: Path = HOST_FILES) -> list[Copy]:
    """Copy the host's own files, all of them: without its secrets a host does not come back. Raises PartlyError."""
    return everywhere(settings, run, lambda each: each.backup(HOST, files.name, str(files.parent)))


def restic_of(settings: Settings, run: Run, number: int) -> Restic:
    """Return a repository to restore from; it is never made. Raises FilesError."""
    for repository in settings.repositories:
        if repository.number == number:
            return restic(settings, repository, run)
    raise FilesError(f"there is no repository {number}")


def copies(
    settings: Settings, run: Run, tag: str, number: int = 0
) -> tuple[list[tuple[Restic, list[Snapshot]]], list[str]]:
    """Return each repository that answers with its copies of a tag, and why the others do not. number: of one alone.

    A repository that was never made has no copies; one that refuses a look is no such one. One with copies whose time
    is yet to come is told, too: where this host's clock is behind they are the newest.
    """
    now = time.time()
    found: list[tuple[Restic, list[Snapshot]]] = []
    silent = []
    for each in settings.repositories:
        if number in (0, each.number):
            try:
                there = restic_of(settings, run, each.number)
                has = there.snapshots(tag) if there.identity() is not None else []
                found.append((there, has))
                if late := [one.id[:8] for one in has if ahead(one.at, now)]:
                    silent.append(f"{there.name} has {', '.join(late)} of a time that is yet to come by this clock")
            except FilesError as problem:
                silent.append(str(problem))
    return found, silent


def restore_host(source: Source, target: Path) -> None:
    """Put the host's own files into an empty directory, as ``holdfast`` there. Raises FilesError, OSError."""
    if target.exists() and any(target.iterdir()):
        raise FilesError(f"{target} is not empty")
    source.restic.restore(source.find(HOST), str(target))


def restore_volume(settings: Settings, run: Run, source: Source, name: str) -> None:
    """Put a snapshot in the place of a volume's files, with owners and modes, links and times.

    Whoever uses the volume stands still meanwhile, and runs again. A volume with files is refused where they may not be
    replaced. Until the new files are whole the old ones stay; room for both is needed. Raises FilesError, OSError.
    """
    found = [volume for volume in settings.volumes if volume.name == name]
    if not found:
        raise FilesError(f"no volume {name} is declared")
    place = mountpoint(run, found[0].volume)
    chosen = source.find(tag_of(found[0]))
    with alone(settings.directory, run):
        if not source.replace and not backup_swap.is_empty(place):
            raise FilesError(f"volume {name} has files; say that they are to be replaced")
        with standing_still(settings.directory, run, users(run, found[0].volume), place=str(place)):
            staging = backup_swap.begin(place)
            source.restic.restore(chosen, str(staging))
            (staging / Path(chosen.paths[0]).name).rename(staging / backup_swap.NEW)
            backup_swap.ready(place)
