# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whether a repository is where it was: what lies beneath a mount is empty, and no place to begin anew in."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.holdfast.host.plugins.module_utils import backup_known
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings

STAT = ("stat", "--format=%d:%i")


def refuse_gone(engine: Engine, settings: Settings, repositories: Iterable[Repository]) -> None:
    """Raise FailedError where restic met a repository that is gone now, or another: the place is not the one it was.

    One that this host never met may be new, and so may PostgreSQL beside copies that are there.
    """
    for each in repositories:
        known = backup_known.read(settings.directory, each.number)
        if known is None or known.restic != each.restic:
            continue
        try:
            # Of one that is known nothing is made.
            backup_known.opened(settings, each, engine.run)
        except FilesError as problem:
            raise FailedError(str(problem)) from None


def apart(engine: Engine, repository: Repository) -> str:
    """Return what is wrong where pgBackRest's server has another directory than the host, nothing where all is well.

    A mount that comes or goes after a container's start is not seen in it. One directory has the same device and the
    same inode for both.
    """
    if repository.kind != "local":
        return ""
    path, server = f"{repository.where.rstrip('/')}/postgres", engine.postgres.server
    here = engine.run([*STAT, path], "")
    there = engine.inside(server, [*STAT, f"/var/lib/pgbackrest/{repository.number}"])
    for told in (here, there):
        if told.status != 0:
            return told.message()
    if here.out.strip() == there.out.strip():
        return ""
    return (
        f"PostgreSQL's backups do not go to {path} as it is mounted now, but to what was there when {server} started, "
        f"such as the directory beneath the mount. With the right place mounted: docker restart "
        f"{engine.container(server)[:12]}"
    )
