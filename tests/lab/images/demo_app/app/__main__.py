# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""``python3 -m app`` serves; ``migrate`` after it makes the tables, ``check`` is the health check."""

from __future__ import annotations

import asyncio
import sys

from .config import Config


def main(words: list[str]) -> int:
    """Run one command; return the exit status."""
    config = Config.read()
    match words:
        case ["check"]:
            from .check import check  # noqa: PLC0415 - each command loads only what it needs

            return 0 if check(config) else 1
        case ["migrate"]:
            from .database import Database  # noqa: PLC0415

            asyncio.run(Database(config.database_url).migrate())
            return 0
        case []:
            from .serve import serve  # noqa: PLC0415

            asyncio.run(serve(config))
            return 0
    sys.stderr.write("usage: python3 -m app [migrate | check]\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
