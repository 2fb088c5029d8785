# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The image's health check: it knows what its role can be asked."""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import urllib.request

from .config import Config

TIMEOUT_SECONDS = 8


def check(config: Config) -> bool:
    """Return True where the process in this container is well.

    A role with a port is asked over HTTP; urlopen raises for 503. A worker without one is well while its heartbeat
    stands in Redis.
    """
    if config.port is not None:
        urllib.request.urlopen(f"http://localhost:{config.port}/health", timeout=TIMEOUT_SECONDS).close()
        return True
    import redis  # noqa: PLC0415 - a tenth of a second that the HTTP check does not need

    client = redis.from_url(config.redis_url, socket_timeout=TIMEOUT_SECONDS)
    return bool(client.exists(f"worker:{config.hostname}"))
