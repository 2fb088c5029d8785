# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Jobs: queued in a Redis list, done by a worker, answered from a table."""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import asyncpg
import redis.exceptions

from .config import Config
from .logs import Log
from .stores import Stores

HEARTBEAT_SECONDS = 15
WAIT_SECONDS = 1
PAUSE_SECONDS = 1.0
AWAY = (redis.exceptions.RedisError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncio.TimeoutError)


def heartbeat_key(config: Config) -> str:
    """Return the key that exists as long as a worker lives."""
    return f"worker:{config.hostname}"


def held_key(queue: str, worker: str) -> str:
    """Return the list that holds what a worker has taken and not finished."""
    return f"{queue}:held:{worker}"


class Worker:
    """Takes jobs of one queue until it is told to stop; the job in hand is finished first."""

    def __init__(self, config: Config, stores: Stores, log: Log) -> None:
        if config.role.queue is None or stores.redis is None:
            raise ValueError(f"ROLE={config.name} takes jobs and needs REDIS_URL")
        self.config, self.stores, self.log = config, stores, log
        self.queue: str = config.role.queue
        self.held = held_key(self.queue, config.hostname)
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until told to stop. A store that is away is waited for, not died of."""
        while not self.stopping.is_set():
            try:
                await self.stores.redis.set(heartbeat_key(self.config), "alive", ex=HEARTBEAT_SECONDS)
                await self.take_over()
                job = await self.stores.redis.blmove(self.queue, self.held, WAIT_SECONDS, "RIGHT", "LEFT")
                if job:
                    await self.finish(job)
            except AWAY as error:  # noqa: PERF203 - a turn of this loop takes a second
                self.log("store is away", level="warning", error=str(error))
                await self.pause()
        await self.stores.redis.delete(heartbeat_key(self.config))

    async def pause(self) -> None:
        """Wait a moment, or less when told to stop."""
        waiting = asyncio.ensure_future(self.stopping.wait())
        await asyncio.wait([waiting], timeout=PAUSE_SECONDS)
        waiting.cancel()

    async def take_over(self) -> None:
        """Put back what workers without a heartbeat had taken, and what this one could not finish."""
        prefix = held_key(self.queue, "")
        async for key in self.stores.redis.scan_iter(match=prefix + "*"):
            if key == self.held or not await self.stores.redis.exists("worker:" + key.removeprefix(prefix)):
                while await self.stores.redis.lmove(key, self.queue, "RIGHT", "RIGHT"):
                    self.log("took over a job", source=key)

    async def finish(self, job: str) -> None:
        """Do one job: its result is the SHA-256 of its text. Doing it twice gives the same row."""
        if self.stores.database:
            rows = await self.stores.database.fetch("SELECT text FROM jobs WHERE id = $1::uuid", job)
            for row in rows:
                result = hashlib.sha256(row["text"].encode()).hexdigest()
                await self.stores.database.fetch(
                    "UPDATE jobs SET state = 'done', result = $2, worker = $3 WHERE id = $1::uuid",
                    job, result, self.config.hostname,
                )  # fmt: skip
        await self.stores.redis.lrem(self.held, 0, job)
        self.log("job done", job=job, queue=self.queue)


async def queue_job(stores: Stores, queue: str, text: str) -> str:
    """Write a job and queue it; return its id."""
    assert stores.database is not None
    row = (await stores.database.fetch("INSERT INTO jobs (queue, text) VALUES ($1, $2) RETURNING id", queue, text))[0]
    await stores.redis.lpush(queue, str(row["id"]))
    return str(row["id"])


async def find_job(stores: Stores, job: str) -> dict[str, Any] | None:
    """Return a job's state, result and worker, or None where there is no such job."""
    assert stores.database is not None
    rows = await stores.database.fetch("SELECT id, queue, state, result, worker FROM jobs WHERE id::text = $1", job)
    return {**rows[0], "id": str(rows[0]["id"])} if rows else None
