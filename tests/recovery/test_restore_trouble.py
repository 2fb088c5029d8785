# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A restore where not all is well: a point with newer backups behind it, a kill that the site's playbook follows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.shell import scaled, wait_until
from tests.resume.playbook import Playbook, changes

from . import database_host as host
from .restoring import ENABLED, archived, idle, moment, restored, serves
from .stack import BUILD, NAME
from .trial import play

COUNT = "SELECT count(*) FROM troubled"
LEDGER = f"{host.STATE}/restore.json"


@pytest.fixture(scope="module", autouse=True)
def troubled(database: None) -> Iterator[None]:  # noqa: ARG001 - it must come first.
    """Have 100 rows, and no restore that is open at the end: the host is others' too."""
    host.sql("DROP TABLE IF EXISTS troubled")
    host.sql("CREATE TABLE troubled AS SELECT n FROM generate_series(1, 100) n")
    yield
    host.on(f"rm -f {LEDGER}")


def test_a_named_point_is_reached_past_newer_backups() -> None:
    """Nobody but the log knows where a point is: a backup that is newer than it leads past it, and nowhere."""
    assert host.program("full").returncode == 0
    host.sql("SELECT pg_create_restore_point('before_release')")
    host.sql("INSERT INTO troubled SELECT generate_series(101, 150)")
    for work in ("incr", "full"):
        assert host.program(work).returncode == 0
    restored("--to", "name", "before_release", *ENABLED)
    assert host.sql(COUNT) == "100"
    wait_until("the application", serves, seconds=scaled(60))
    idle()


def test_a_lost_volume_comes_back_and_no_other_is_touched() -> None:
    """The store's container and its volume are gone, as after a wrong word to Compose; Redis still has its own."""
    host.sql("INSERT INTO troubled VALUES (1000)")
    archived()
    redis = f"docker volume inspect --format '{{{{.CreatedAt}}}}' {NAME}-stores_redis"
    before = host.on(redis)
    # The container of the backups has it, too.
    users = "docker compose --project-directory /etc/holdfast/stores rm --stop --force postgres holdfast-backup"
    host.on(f"{users}; docker volume rm {NAME}-stores_postgres")
    with Playbook(BUILD / "lost-refused.log", playbook="site.yml", inventory=host.INVENTORY) as site:
        assert site.wait() != 0
    assert "site.yml does, with -e holdfast_recover=true" in site.text()
    said = play("lost.log", "site.yml", "-e", "holdfast_recover=true", inventory=host.INVENTORY).text()
    assert f"left as they are: {NAME}-stores_redis" in said
    assert "and the log that came until" in said
    assert host.sql(COUNT) == "101"
    assert host.on(redis) == before
    assert serves()
    assert changes(play("lost.log", "site.yml", inventory=host.INVENTORY).text()) == 0
    host.sql("DELETE FROM troubled WHERE n = 1000")


def test_killed_once_all_was_fetched_the_sites_playbook_brings_it_to_its_end() -> None:
    before = moment()
    host.sql("INSERT INTO troubled SELECT generate_series(201, 250)")
    target = ["restore", "--to", "time", before, *ENABLED]
    with host.killed_at(f"grep -qs fetched {LEDGER}", target):
        assert not serves()
    with Playbook(BUILD / "killed-restore.log", playbook="site.yml", inventory=host.INVENTORY) as site:
        assert site.wait() != 0
    assert "1. backup.restore" in site.text()
    assert "goes on where it was" in site.text()
    assert host.sql(COUNT) == "100"
    assert serves()
    # Nobody came back to it: told, with what ends it.
    host.on(f"touch -d '2 hours ago' {LEDGER}")
    assert "backup.restore.open" in host.program("truth").stdout
    # What was committed meanwhile is secured before it is taken away: it is a restore of its own.
    host.sql("INSERT INTO troubled VALUES (301)")
    after = moment()
    said = restored(*target[1:])
    assert "all that was committed until now is in the repositories" in said
    assert host.sql(COUNT) == "100"
    idle()
    restored("--to", "time", after, *ENABLED)
    assert host.sql("SELECT max(n) FROM troubled") == "301"
    idle()
    assert "backup.restore.open" not in host.program("truth").stdout
