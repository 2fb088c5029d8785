# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Two repositories, one of which fails: the other gets the whole log, also where the first one's queue is full.

PostgreSQL, pgBackRest and the script are real; both repositories lie in PostgreSQL's own container, without the server
of the backups between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_config, backup_sending
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_storage import SEGMENT
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup, Local, Repository
from tests.lab.shell import scaled, wait_until

from . import locked_client as client

ROOT, STATUS = "/var/lib/postgresql/repositories", "/var/lib/postgresql/18/docker/pg_wal/archive_status"
# Of an archiver that retries after a pause of its own, 60 s, unless a new segment wakes it.
SENT_SECONDS, CAUGHT_UP_SECONDS = 15, 70
GOOD, BAD = 1, 2
BACKUP = Backup(repositories=tuple(Repository(local=Local(path=f"{ROOT}/{number}")) for number in (GOOD, BAD)))


def own(text: str) -> str:
    """Return a configuration that reaches the repositories by itself."""
    by_path = re.sub(r"^repo(\d)-host=.*$", rf"repo\1-path={ROOT}/\1", text, flags=re.MULTILINE)
    return re.sub(r"^repo\d-host-.*\n", "", by_path, flags=re.MULTILINE)


def write(queue_bytes: int) -> None:
    """Write PostgreSQL's side, with a queue of so much."""
    planned: dict[str, Any] = {"queue_bytes": queue_bytes}
    for name, text in backup_sending.files(BACKUP, planned, client.VERSION).items():
        client.put(f"{backup_config.INSIDE}/{name}", own(text))


def segments(number: int) -> set[str]:
    """Return the segments that a repository has."""
    found = client.inside(f"find {ROOT}/{number}/archive/main -name '0000*-*' -printf '%f\\n'").split()
    return {name[:24] for name in found}


def has(number: int, names: set[str]) -> bool:
    """Tell whether a repository has all of them."""
    return names <= segments(number)


def ended(count: int) -> set[str]:
    """End so many segments that have something in them, and return their names."""
    names = "SELECT pg_walfile_name(pg_logical_emit_message(false, 'apart', 'x')), pg_switch_wal()"
    return {client.psql(names).partition("|")[0] for _ in range(count)}


def waiting() -> str:
    """Return what PostgreSQL was not told yet that every repository has it."""
    return client.inside(f"find {STATUS} -name '*.ready'")


@pytest.fixture(autouse=True)
def archived() -> Iterator[None]:
    """Have a server that archives to both."""
    client.start()
    try:
        write(1 << 30)
        client.serves()
        client.inside(f"mkdir -p {ROOT}")
        client.pgbackrest("stanza-create")
        client.psql("ALTER SYSTEM SET archive_command = 'sh /etc/pgbackrest/archive.sh %p'; SELECT pg_reload_conf();")
        names = ended(1)
        wait_until("both", lambda: names <= segments(GOOD) & segments(BAD), seconds=scaled(SENT_SECONDS))
        yield
    finally:
        client.remove()


def broken() -> None:
    """Have the second one take nothing."""
    client.inside(f"mv {ROOT}/{BAD}/archive/main {ROOT}/{BAD}/away")


def mended() -> None:
    """Have it as it was."""
    client.inside(f"mv {ROOT}/{BAD}/away {ROOT}/{BAD}/archive/main")


def test_one_that_fails_holds_up_none_of_the_others() -> None:
    broken()
    for _ in range(3):
        # One after the other, as a server writes them.
        names = ended(2)
        wait_until("the other", partial(has, GOOD, names), seconds=scaled(SENT_SECONDS))
    assert waiting()
    mended()
    ended(1)
    wait_until("the end of the queue", lambda: not waiting(), seconds=scaled(CAUGHT_UP_SECONDS))
    assert segments(BAD) == segments(GOOD)


def test_a_full_queue_is_dropped_for_the_one_that_fails_alone() -> None:
    write(3 * SEGMENT)
    before = segments(GOOD)
    broken()
    names = ended(8)
    # What is within the limit again goes on to wait.
    wait_until("the drop", lambda: len(waiting().split()) <= 3, seconds=scaled(CAUGHT_UP_SECONDS))
    mended()
    assert segments(GOOD) >= before | names
    assert names - segments(BAD)
