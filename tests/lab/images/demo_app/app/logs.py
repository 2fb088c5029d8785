# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One JSON object a line on standard output."""

from __future__ import annotations

import json
import sys
import time

from .config import Config


class Log:
    """Writes events of one process."""

    def __init__(self, config: Config) -> None:
        self._always = {"role": config.name, "version": config.version, "host": config.hostname}

    def __call__(self, message: str, *, level: str = "info", **fields: object) -> None:
        """Write one event; fields must be JSON-able and hold no secret."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps({"time": stamp, "level": level, "message": message, **self._always, **fields})
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
