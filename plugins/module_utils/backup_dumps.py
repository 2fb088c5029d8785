# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Logical dumps of databases: streamed into a repository, and back into a database under another name.

No version of restic that hosts have can be trusted to notice that a dump failed half way: ``--stdin`` takes any end of
input for the end of the file, and ``--stdin-from-command`` is not in 0.14. A file in between would need the dump's size
on a disk that may be the full one. So three things hold together: where pg_dump fails the pipe ends restic, without an
end of its input; a snapshot is kept under ``partial:`` until both have ended well, which also holds where
this program is killed; and what is called partial is removed by the next run, and never restored or counted.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import (
    Copy,
    FilesError,
    collected,
    is_locked,
    reason,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_files import Source, everywhere
from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import Pipe
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import POLL_SECONDS, Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Postgres, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, the_one

TAG, PARTIAL = "dump:", "partial:"
# A migration that holds a table must not hold the dump for ever.
LOCK_WAIT = "10min"
_HALF = "holdfast_restore_"
_EXISTS = "SELECT count(*) FROM pg_database WHERE datname = :'name';\n"
_MAKE = 'CREATE DATABASE :"half" OWNER :"owner" TEMPLATE template0;\n'
_DROP = 'DROP DATABASE IF EXISTS :"half" WITH (FORCE);\n'
_NAME = 'ALTER DATABASE :"half" RENAME TO :"name";\n'
_CLOSE = (
    'ALTER DATABASE :"name" ALLOW_CONNECTIONS false;\nALTER DATABASE :"other" ALLOW_CONNECTIONS false;\n'
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname IN (:'name', :'other');\n"
)
_SWAP = 'BEGIN;\nALTER DATABASE :"name" RENAME TO :"before";\nALTER DATABASE :"other" RENAME TO :"name";\nCOMMIT;\n'
_OPEN = 'ALTER DATABASE :"name" ALLOW_CONNECTIONS true;\nALTER DATABASE :"other" ALLOW_CONNECTIONS true;\n'


def tag_of(database: str) -> str:
    """Return the tag of a database's dumps."""
    return f"{TAG}{database}"


@dataclass(frozen=True, kw_only=True)
class Server:
    """The managed PostgreSQL, asked through its container by its superuser."""

    postgres: Postgres
    run: Run
    container: str

    def words(self, *words: str, given: bool = False) -> list[str]:
        """Return the command that runs a program of PostgreSQL inside. given: whether it reads an input."""
        program, *rest = words
        user = ["--no-password", "-U", self.postgres.superuser]
        return ["docker", "exec", *(["-i"] if given else []), self.container, program, *user, *rest]

    def script(self, text: str, **variables: str) -> str:
        """Return what a script prints; variables stand in it as ``:"name"`` or ``:'name'``. Raises FilesError."""
        options = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        words = self.words("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "postgres", *options, given=True)
        result = self.run(words, text)
        if result.status != 0:
            raise FilesError(f"PostgreSQL refused: {result.message()}")
        return result.out.strip()

    def has(self, name: str) -> bool:
        """Tell whether there is a database. Raises FilesError."""
        return self.script(_EXISTS, name=name) == "1"


def server(settings: Settings, run: Run) -> Server:
    """Return the running PostgreSQL. Raises FilesError."""
    if settings.postgres is None:
        raise FilesError("no PostgreSQL is declared")
    asked = {"project": settings.postgres.project, "service": settings.postgres.service}
    try:
        container = the_one(run, asked)
    except (NotThereError, ValueError) as problem:
        raise FilesError(str(problem)) from None
    return Server(postgres=settings.postgres, run=run, container=container.id)


def backup(settings: Settings, run: Run, pipe: Pipe) -> list[Copy]:
    """Copy a dump of every declared database to every repository. Raises PartlyError at the end, FilesError."""
    found = server(settings, run)

    def copies(name: str) -> list[Copy]:
        return everywhere(settings, run, lambda restic: dump(found, restic, pipe, name))

    return collected(partial(copies, each.name) for each in found.postgres.databases)


def dump(found: Server, restic: Restic, pipe: Pipe, database: str) -> Copy:
    """Copy a dump of one database to one repository. Raises FilesError; nothing that looks good is left then.

    It is not compressed: restic does that, after it has found what did not change since the last dump.
    """
    tag = tag_of(database)
    restic.forget(*(each.id for each in restic.snapshots(PARTIAL + tag)))
    source = found.words("pg_dump", "-Fc", "-Z", "0", f"--lock-wait-timeout={LOCK_WAIT}", "-d", database)
    target = ["backup", "--json", "--quiet", "--host", restic.host, "--tag", PARTIAL + tag, "--stdin"]
    target = restic.words(*target, "--stdin-filename", f"{database}.dump")
    deadline = time.monotonic() + restic.patience_seconds
    while True:
        dumped, kept = pipe(source, target)
        if not is_locked(kept) or time.monotonic() >= deadline:
            break
        restic.unlock()
        time.sleep(POLL_SECONDS)
    # Where one fails the other is ended, and says so: both tell.
    why = [f"pg_dump: {dumped.message()}"] if dumped.status else []
    why += [f"restic: {reason(kept)}"] if kept.status else []
    if why:
        raise FilesError(f"{restic.name}: {tag} was not copied: {'; '.join(why)}")
    copy = restic.copied(kept, tag)
    return replace(copy, snapshot=restic.rename(copy.snapshot, tag).id[:8])


def restore(found: Server, pipe: Pipe, source: Source, database: str, name: str) -> None:
    """Restore a dump into a new database called ``name``, owned as the declared one is. Raises FilesError."""
    if found.has(name):
        raise FilesError(f"database {name} is there already; choose another name, and see exchange()")
    chosen = source.find(tag_of(database))
    dumped = source.restic.words("--no-lock", "dump", chosen.id, chosen.paths[0])
    fill(found, pipe, dumped, database, name)


def fill(found: Server, pipe: Pipe, source: Sequence[str], database: str, name: str) -> None:
    """Fill a new database from what a command prints: a dump of ``database``. Raises FilesError.

    Until it is whole it has another name: a run that failed or was killed leaves no half database under the new one.
    """
    owners = {each.name: each.owner for each in found.postgres.databases}
    half = _HALF + name
    found.script(_DROP + _MAKE, half=half, owner=owners.get(database, found.postgres.superuser))
    read, written = pipe(source, found.words("pg_restore", "--exit-on-error", "-d", half, given=True))
    if read.status != 0 or written.status != 0:
        found.script(_DROP, half=half)
        why = [f"{'pg_dump' if 'pg_dump' in source else 'restic'}: {reason(read)}"] if read.status else []
        why += [f"pg_restore: {written.message()}"] if written.status else []
        raise FilesError(f"database {database} was not restored: {'; '.join(why)}")
    found.script(_NAME, half=half, name=name)


def exchange(found: Server, restored: str, database: str, before: str) -> None:
    """Put a restored database in the place of another, which is called ``before`` from then on. Raises FilesError.

    The way to restore in place: restore under another name, look at it, exchange, and run the site's playbook, which
    gives the database the settings and rights that no dump has. Sessions of both are ended; the names change at once.
    """
    names = {"name": database, "other": restored}
    try:
        found.script(_CLOSE + _SWAP, before=before, **names)
    except FilesError:
        found.script(_OPEN, **names)
        raise
    found.script(_OPEN, name=database, other=before)
