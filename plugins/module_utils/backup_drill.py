# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The drill: what the repositories hold is restored beside the cluster and compared with it, table by table.

First to the very state in which one database was read, by its position in the log: every row must be there, and no
other. Then to a random second of the window, from which nobody has kept what it was: there the structure is judged.

Sources: the PostgreSQL manual, "Recovery Target" and "pg_amcheck".
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.holdfast.host.plugins.module_utils import backup_beside, backup_postgres
from ansible_collections.holdfast.host.plugins.module_utils.backup_beside import Copy
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

# Larger tables are not read whole while users are served.
LARGEST_BYTES = 4 * 1024**3
TRIES = 50
TABLES = (
    "SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables "
    f"WHERE pg_table_size(relid) <= {LARGEST_BYTES} ORDER BY 1"
)


@dataclass(frozen=True, kw_only=True)
class State:
    """What a database held at a position of the log: rows and a sum of their hashes, by table."""

    database: str
    lsn: str
    tables: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What a drill measured, in seconds. archived: until the state was in every repository."""

    tables: int
    archived: float
    fetched: float
    replayed: float
    second: str

    def text(self) -> str:
        """Return it as a line for people."""
        rto = self.fetched + self.replayed
        return (
            f"{self.tables} tables are as they were; in the repositories after {self.archived:.1f} s; restored in "
            f"{rto:.1f} s (fetched {self.fetched:.1f}, replayed {self.replayed:.1f}); {self.second}"
        )


def content(tables: list[str]) -> str:
    """Return the query for rows and hashes of tables, each in a line; the order of the rows does not count."""
    # The names are the database's own, quoted by it.
    look = (
        "SELECT {text}, count(*)::text || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text "
        "FROM {table} t"
    )
    parts = [look.format(text=quoted(table), table=table) for table in tables]
    return " UNION ALL ".join(parts) if parts else "SELECT NULL, NULL WHERE false"


def quoted(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def read(said: str) -> dict[str, str]:
    """Return what a query of content said."""
    return dict(line.split("\t", 1) for line in said.splitlines() if line)


def observe(engine: Engine, database: str) -> State:
    """Return a database's state, and where in the log it was just that. Raises FailedError.

    No record was written between the two looks at the log, so no commit lies between the snapshot and its position.
    """
    tables = engine.sql(TABLES, database).splitlines()
    script = (
        "SELECT pg_current_wal_insert_lsn() AS before \\gset\n"
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n"
        "SELECT pg_current_wal_insert_lsn() AS lsn \\gset\n"
        "SELECT :'before' = :'lsn' AS exact \\gset\n"
        "\\if :exact\n"
        f"\\echo :lsn\n{content(tables)};\n"
        "\\endif\n"
        "COMMIT;\n"
    )
    for _ in range(TRIES):
        said = engine.sql(script, database)
        if said:
            lsn, _, rest = said.partition("\n")
            return State(database=database, lsn=lsn, tables=read(rest))
    raise FailedError(f"{database} is written without a pause: its state could not be told from its log")


def compare(state: State, copy: Copy) -> list[str]:
    """Return in words which tables of a copy are not as they were."""
    found = read(copy.sql(content(list(state.tables)), state.database)) if state.tables else {}
    return [
        f"table {table} of {state.database}: {there} where {found.get(table, 'nothing')} was restored"
        for table, there in state.tables.items()
        if found.get(table) != there
    ]


def structure(engine: Engine, copy: Copy) -> None:
    """Have every table and index of a copy checked. Raises FailedError."""
    words = ["pg_amcheck", "-U", engine.postgres.superuser, "--all", "--install-missing", "--heapallindexed"]
    result = engine.run(["docker", "exec", copy.container, *words], "")
    if result.status != 0:
        raise FailedError(f"the restored copy is damaged: {result.message()}")


def asserted(settings: Settings, copy: Copy, database: str) -> list[str]:
    """Return the assertions that do not hold in a copy."""
    return [f"assertion {query!r} says {said}" for query, said in _said(settings, copy, database) if said != "t"]


def _said(settings: Settings, copy: Copy, database: str) -> list[tuple[str, str]]:
    return [(query, copy.sql(query, database)) for query in settings.assertions]


def _second(engine: Engine, settings: Settings, chosen: random.Random) -> str:
    """Return a random second of the window as a target; empty where the window is shorter than that."""
    stanzas = backup_postgres.stanzas(engine, settings.repositories)
    stops = [each.stop for stanza in stanzas for each in stanza.fulls]
    now = int(time.time()) - 1
    if not stops or min(stops) + 1 >= now:
        return ""
    second = datetime.fromtimestamp(chosen.randint(min(stops) + 1, now), tz=timezone.utc)
    return second.strftime("%Y-%m-%d %H:%M:%S+0000")


def drill(engine: Engine, settings: Settings, seed: int | None = None) -> Drill:
    """Restore, compare, judge, and throw the copies away. Raises FailedError with all that was found."""
    chosen, name = random.Random(seed), f"{settings.stack}-drill"  # noqa: S311 - a moment, not a secret.
    database = chosen.choice(engine.postgres.databases).name
    backup_beside.room(engine, backup_postgres.size(engine))
    second = _second(engine, settings, chosen)
    state = observe(engine, database)
    began = time.monotonic()
    # A commit behind both targets: recovery stops at one, and fails where there is none.
    engine.sql("SELECT pg_current_xact_id()")
    backup_postgres.check(engine)
    archived = time.monotonic() - began
    with backup_beside.thrown_away(engine, settings, Target(kind="lsn", value=state.lsn, exclusive=True), name) as copy:
        wrong = compare(state, copy) + asserted(settings, copy, database)
        structure(engine, copy)
    if wrong:
        raise FailedError("\n".join(wrong))
    if second:
        with backup_beside.thrown_away(engine, settings, Target(kind="time", value=second), name) as past:
            structure(engine, past)
    told = f"and to {second}" if second else "no second of the past was tried: the window has just begun"
    return Drill(tables=len(state.tables), archived=archived, fetched=copy.fetched, replayed=copy.replayed, second=told)
