# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a database holds at a position of its log, table by table, so that a restored copy can be compared with it.

Sources: the PostgreSQL manual, "Transaction Isolation", "pg_stat_activity" and "Inheritance"; its source, xact.c: a
transaction's commit is written to the log before others see what it did.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError

# Larger tables are not read whole while users are served; how many there are is told.
LARGEST_BYTES = 4 * 1024**3
SETTLED_SECONDS = 600
# What a row looks like as text depends on these, and a copy has none of the server's own settings.
_LOOKS = (
    "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1;\n"
    "SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET search_path = pg_catalog; SET statement_timeout = 0;\n"
)
# Unlogged tables are empty after any recovery; of partitioned ones the partitions are read.
_TABLES = (
    "SELECT format('%I.%I', n.nspname, c.relname), pg_table_size(c.oid)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND (c.relkind = 'r' OR c.relispopulated)"
    " AND (n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    "  OR c.oid = 'pg_catalog.pg_largeobject'::regclass)"
    " ORDER BY 1"
)
# Who writes at this moment; one that waits for its user's next word cannot be about to commit.
_QUIET = (
    "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
    " AND coalesce(state, '') NOT LIKE 'idle in transaction%') AS quiet \\gset\n"
)


@dataclass(frozen=True, kw_only=True)
class State:
    """What a database held at a position of the log. tables: rows, and a sum of their hashes, by name.

    larger: tables that were too large to be read.
    """

    database: str
    lsn: str
    tables: dict[str, str]
    larger: tuple[str, ...] = ()


def quoted(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def content(tables: list[str]) -> str:
    """Return the query for rows and hashes of tables, each in a line; the order of the rows does not count."""
    # The names are the database's own, quoted by it. A bare t would be the column of that name where there is one.
    look = (
        "SELECT {text}, count(*)::text || ' ' || coalesce(sum(hashtextextended((t.*)::text, 0)::numeric), 0)::text "
        "FROM ONLY {table} t"
    )
    parts = [look.format(text=quoted(table), table=table) for table in tables]
    return " UNION ALL ".join(parts) if parts else "SELECT NULL, NULL WHERE false"


def _read(said: str) -> dict[str, str]:
    return dict(line.rsplit("\t", 1) for line in said.splitlines() if line)


def _script(tables: list[str]) -> str:
    """Return a script that says where in the log it looked, and what was there; nothing where others wrote meanwhile.

    A commit that was written before the first look at the log, and that the snapshot does not see yet, is of a session
    that writes while it is asked who does. One that the snapshot sees was written before the second look. So where
    nobody writes, and both looks find the same position, the snapshot is what replay up to that position makes.
    """
    return (
        f"{_LOOKS}SELECT pg_current_wal_insert_lsn() AS before \\gset\n"
        f"{_QUIET}"
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n"
        "SELECT pg_current_wal_insert_lsn() AS lsn \\gset\n"
        "SELECT :'quiet' AND :'before' = :'lsn' AS exact \\gset\n"
        "\\if :exact\n"
        f"\\echo :lsn\n{content(tables)};\n"
        "\\endif\n"
        "COMMIT;\n"
    )


def observe(engine: Engine, database: str) -> State:
    """Return a database's state, and where in the log it was just that. Raises FailedError."""
    rows = [line.rsplit("\t", 1) for line in engine.sql(_TABLES, database).splitlines()]
    tables = [name for name, size in rows if int(size) <= LARGEST_BYTES]
    script, seen = _script(tables), ""

    def look() -> bool:
        nonlocal seen
        seen = engine.sql(script, database)
        return bool(seen)

    try:
        engine.wait_for(f"no moment without a commit in {database}", SETTLED_SECONDS, look)
    except FailedError as problem:
        raise FailedError(f"nothing to compare a copy with: {problem}") from None
    lsn, _, rest = seen.partition("\n")
    larger = tuple(name for name, size in rows if int(size) > LARGEST_BYTES)
    return State(database=database, lsn=lsn, tables=_read(rest), larger=larger)


def of_copy(state: State) -> str:
    """Return the script that reads the same tables of a copy."""
    return f"{_LOOKS}{content(list(state.tables))};\n"


def differences(state: State, said: str) -> list[str]:
    """Return in words which tables are not as they were. said: what a copy said to the script of of_copy()."""
    found = _read(said)
    return [
        f"table {table} of {state.database}: {_shown(there)} where {_shown(found.get(table, '0 0'))} was restored"
        for table, there in state.tables.items()
        if found.get(table) != there
    ]


def _shown(content_of: str) -> str:
    rows, _, total = content_of.partition(" ")
    return f"{rows} rows (sum {total})"
