# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stores a process uses, and whether they answer."""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio

from .config import Config
from .database import TIMEOUT_SECONDS, Database


class Stores:
    """Connections to what the configuration names; absent ones are None."""

    def __init__(self, config: Config) -> None:
        self.database = Database(config.database_url) if config.database_url else None
        self.redis: Any = None
        if config.redis_url:
            # No read timeout on the client: a worker waits in BLMOVE longer than any answer should take.
            self.redis = redis.asyncio.from_url(
                config.redis_url, socket_connect_timeout=TIMEOUT_SECONDS, decode_responses=True
            )

    async def health(self) -> tuple[int, dict[str, object]]:
        """Return the HTTP status and the body of /health: a query and a ping of what is configured."""
        body: dict[str, object] = {"status": "healthy"}
        errors: list[str] = []
        if self.database:
            error = await failure(self.database.fetch("SELECT 1"))
            body["database"] = not error
            errors += [error] if error else []
        if self.redis is not None:
            error = await failure(self.redis.ping())
            errors += [f"redis: {error}"] if error else []
        if errors:
            body |= {"status": "unhealthy", "error": "; ".join(errors)}
        return (503 if errors else 200), body

    async def close(self) -> None:
        """Close every connection."""
        if self.database:
            await self.database.close()
        if self.redis is not None:
            await self.redis.aclose()


async def failure(question: Any) -> str:
    """Return why an awaited question failed, bounded in time; empty text where it did not."""
    try:
        await asyncio.wait_for(question, TIMEOUT_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises is the answer
        return str(error) or type(error).__name__
    return ""
