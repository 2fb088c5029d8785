# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The application's tables, and how it asks them."""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

TIMEOUT_SECONDS = 5
POOL_SIZE = 5
# Several processes start at once; CREATE TABLE IF NOT EXISTS alone can still fail for all but one of them.
MIGRATION = """
SELECT pg_advisory_xact_lock(7210213);
CREATE TABLE IF NOT EXISTS rows (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text NOT NULL,
    written timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS jobs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    queue text NOT NULL,
    text text NOT NULL,
    state text NOT NULL DEFAULT 'queued',
    result text,
    worker text
);
"""
LOST = (asyncpg.InterfaceError, asyncpg.ConnectionDoesNotExistError, asyncpg.AdminShutdownError, ConnectionError)


class Database:
    """A small pool that is opened on first use and survives a restart of the server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None
        self._opening = asyncio.Lock()

    async def migrate(self) -> None:
        """Make the tables. Safe to run from several processes at once, and again."""
        connection = await asyncpg.connect(self._url, timeout=TIMEOUT_SECONDS)
        try:
            async with connection.transaction():
                await connection.execute(MIGRATION)
        finally:
            await connection.close()

    async def _open(self) -> Any:
        async with self._opening:
            if self._pool is None:
                await self.migrate()
                self._pool = await asyncpg.create_pool(
                    self._url, min_size=0, max_size=POOL_SIZE, timeout=TIMEOUT_SECONDS, command_timeout=TIMEOUT_SECONDS
                )
        return self._pool

    async def fetch(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a query as dicts.

        A connection that the server closed while it lay in the pool is replaced and the query sent once more: no
        statement of this application does harm when it is run twice.
        """
        pool = await self._open()
        try:
            records = await pool.fetch(query, *values)
        except LOST:
            await pool.expire_connections()
            records = await pool.fetch(query, *values)
        return [dict(record) for record in records]

    async def close(self) -> None:
        """Close the pool, if it was opened."""
        if self._pool is not None:
            await asyncio.wait_for(self._pool.close(), TIMEOUT_SECONDS)
