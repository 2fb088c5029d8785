# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the environment tells the application to be."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a role does. port: served where PORT is unset, None for nothing. queue: the list it takes jobs from."""

    port: int | None = None
    pages: bool = False
    proxies: bool = False
    queue: str | None = None


ROLES: dict[str, Role] = {
    "web": Role(port=8000, pages=True),
    "worker": Role(queue="jobs"),
    "gateway": Role(port=3000, pages=True, proxies=True),
    "api": Role(port=4000, pages=True),
    "tenant-web": Role(port=3001, pages=True),
    "notify": Role(port=4001, queue="notifications"),
    "ai-worker": Role(port=4002, queue="jobs"),
}
QUEUES = frozenset(role.queue for role in ROLES.values() if role.queue)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything the application reads from its environment. Empty text means: not configured."""

    name: str
    role: Role
    port: int | None
    version: str
    database_url: str
    redis_url: str
    core_api_url: str
    hostname: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Return the configuration. Raises ValueError for an unknown ROLE or a PORT that is no number."""
        name = environ.get("ROLE", "web")
        if name not in ROLES:
            raise ValueError(f"ROLE={name} is unknown; known: {', '.join(ROLES)}")
        role = ROLES[name]
        return cls(
            name=name,
            role=role,
            port=int(environ["PORT"]) if environ.get("PORT") else role.port,
            version=environ.get("APP_VERSION", "unknown"),
            # SQLAlchemy's form of the address names its driver; the server is the same.
            database_url=environ.get("DATABASE_URL", "").replace("postgresql+asyncpg://", "postgresql://", 1),
            redis_url=environ.get("REDIS_URL", ""),
            core_api_url=environ.get("CORE_API_URL", "").rstrip("/"),
            hostname=socket.gethostname(),
        )
