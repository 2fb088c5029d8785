# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How PostgreSQL's log leaves the server, by what the server says of it.

Source: the PostgreSQL manual, "The Cumulative Statistics System", pg_stat_archiver.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, checked


@dataclass(frozen=True, kw_only=True)
class Archiver:
    """What the server says of its archiver. waiting: segments that wait. oldest: seconds the first one waits.

    failing: seconds since it failed last, None where it succeeded after that. last: the segment that it believes to be
    archived last, empty where it was none. free: bytes that PostgreSQL may still write, None where it was not asked.
    """

    waiting: int
    oldest: float
    archived: int
    failed: int
    failing: float | None
    last: str = ""
    free: int | None = None


def ask(engine: Engine) -> Archiver:
    """Return how the server's log leaves it. Raises FailedError where the server does not answer, and OSError."""
    said = engine.sql(
        "SELECT count(*) FILTER (WHERE name LIKE '%.ready'),"
        " coalesce(extract(epoch FROM now() - min(modification) FILTER (WHERE name LIKE '%.ready')), 0),"
        " (SELECT archived_count FROM pg_stat_archiver), (SELECT failed_count FROM pg_stat_archiver),"
        " (SELECT extract(epoch FROM now() - last_failed_time) FROM pg_stat_archiver"
        "   WHERE last_failed_time > coalesce(last_archived_time, '-infinity')),"
        " (SELECT last_archived_wal FROM pg_stat_archiver WHERE last_archived_wal ~ '^[0-9A-F]{24}$')"
        " FROM pg_ls_archive_statusdir()"
    )
    waiting, oldest, archived, failed, failing, last = said.split("\t")
    return Archiver(
        waiting=int(waiting),
        oldest=float(oldest),
        archived=int(archived),
        failed=int(failed),
        failing=float(failing) if failing else None,
        last=last,
        free=_free(engine),
    )


def _free(engine: Engine) -> int:
    """Return the bytes that are left where the server's data lie, and its log until it is archived."""
    words = ["docker", "volume", "inspect", "--format", "{{.Mountpoint}}", engine.postgres.volume]
    at = os.statvfs(Path(checked(engine.run(words, ""), engine.postgres.volume).out.strip()))
    return at.f_bavail * at.f_frsize
