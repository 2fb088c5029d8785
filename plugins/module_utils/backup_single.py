# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One database taken back in its place: restored beside, dumped from there, and exchanged; the others are untouched.

The present one is kept under another name, so that nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_beside,
    backup_dumps,
    backup_postgres,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import Pipe
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

# PostgreSQL's names end after so many bytes (NAMEDATALEN).
MOST_BYTES = 63


def former_name(database: str, now: float) -> str:
    """Return the name under which the present database is kept."""
    stamp = datetime.fromtimestamp(now, tz=timezone.utc).strftime("_until_%Y%m%d_%H%M%S")
    return database.encode()[: MOST_BYTES - len(stamp)].decode(errors="ignore") + stamp


def restore(engine: Engine, settings: Settings, pipe: Pipe, chosen: Target, now: float) -> Iterator[str]:
    """Take one database back in its place. Yield what was done. Raises FailedError; until the end nothing is changed.

    chosen: a choice, with one database.
    """
    (database,) = chosen.databases
    backup_beside.room(engine, 2 * backup_postgres.size(engine))
    restored, kept = f"{database}_restored", former_name(database, now)
    try:
        server = backup_dumps.server(settings, engine.run)
        server.script('DROP DATABASE IF EXISTS :"name" WITH (FORCE);\n', name=restored)
        with backup_beside.thrown_away(engine, settings, chosen, f"{settings.stack}-single") as copy:
            yield f"{database} was restored beside the server"
            there = backup_dumps.Server(postgres=engine.postgres, run=engine.run, container=copy.container)
            dumped = there.words("pg_dump", "-Fc", "-Z", "0", "-d", database)
            backup_dumps.fill(server, pipe, dumped, database, restored)
        yield f"{restored} is whole"
        backup_dumps.exchange(server, restored, database, kept)
    except FilesError as problem:
        raise FailedError(str(problem)) from None
    yield f"{database} was exchanged; what it was until now is kept as {kept}"
    yield "run the site's playbook: it gives the database the settings and rights that no dump has"
