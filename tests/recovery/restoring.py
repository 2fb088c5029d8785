# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the tests of a restore ask of the host: a moment to go back to, the command itself, and whether all is back."""

from __future__ import annotations

import time

from tests.acceptance.web import Site
from tests.lab.shell import scaled, wait_until

from . import database_host as host
from .stack import NAME, POSTGRES
from .trial import SITE_NAME

ENABLED = ["--confirm", NAME]


def moment() -> str:
    """Return a moment that nothing shares with what comes before or after."""
    time.sleep(1.1)
    found = host.sql("SELECT clock_timestamp()")
    time.sleep(1.1)
    return found


def started_at() -> str:
    """Return when the server was started."""
    return host.on(f"docker inspect --format '{{{{.State.StartedAt}}}}' {POSTGRES}")


def serves() -> bool:
    """Tell whether the application answers through the edge."""
    return Site(address=host.HOST.address, name=SITE_NAME).get("/rows").status == 200


def archived() -> None:
    """Wait until all that was committed is in the repository."""
    segment = host.sql("SELECT pg_walfile_name(pg_switch_wal())")
    newest = "SELECT last_archived_wal FROM pg_stat_archiver"
    wait_until("the log", lambda: host.sql(newest) >= segment, seconds=scaled(60))


def idle() -> None:
    """Wait until the full backup that a restore began has ended."""
    unit = "systemctl show -p ActiveState --value holdfast-backup@full.service"
    wait_until("the full backup", lambda: host.on(unit) == "inactive", seconds=scaled(120))


def restored(*words: str) -> str:
    """Restore by the command, and return what it said."""
    done = host.program("restore", *words)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
