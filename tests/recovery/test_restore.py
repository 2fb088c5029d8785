# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The database is given back as it was: by the playbook, twice, past a kill, beside, and one database alone."""

from __future__ import annotations

import json
import time

import pytest

from tests.lab.shell import scaled, wait_until

from . import database_host as host
from .restoring import ENABLED, archived, idle, moment, restored, serves, started_at
from .stack import BUILD, DATABASE, NAME, POSTGRES
from .trial import play

VOLUME = f"{NAME}-stores_postgres"
BESIDE = f"{NAME}-beside"
COUNT = "SELECT count(*) FROM given"


class Moments:
    """What was when: the moments that the tests restore to."""

    def __init__(self) -> None:
        """Write 500 rows, then 500 more, then delete them all; each a second after the other."""
        host.sql("DROP TABLE IF EXISTS given")
        host.sql("CREATE TABLE given AS SELECT generate_series(1, 500) n")
        self.first = moment()
        host.sql("INSERT INTO given SELECT generate_series(501, 1000)")
        self.both = moment()
        host.sql("DELETE FROM given")
        self.none = moment()


@pytest.fixture(scope="module")
def moments(database: None) -> Moments:  # noqa: ARG001 - it must come first.
    """Have a history."""
    return Moments()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["time", "2026-01-31 13:05:00"], "no moment with a zone"),
        (["time", "2020-01-31 13:05:00+00"], "cannot be reached: any second from 20"),
        (["time", "2090-01-31 13:05:00+00"], "has not been yet: any second from 20"),
        (["lsn", "0/28"], "lsn 0/28 cannot be reached"),
    ],
)
def test_what_cannot_be_reached_is_refused(moments: Moments, words: list[str], said: str) -> None:
    before, done = started_at(), host.program("restore", "--to", *words, *ENABLED)
    assert moments
    assert done.returncode == 1
    assert said in done.stderr
    assert started_at() == before


def test_unconfirmed_it_says_what_would_be_lost(moments: Moments) -> None:
    before = started_at()
    done = host.program("restore", "--to", "time", moments.both)
    assert done.returncode == 3
    assert f"databases {DATABASE}, loses all that was committed after" in done.stdout
    assert "second" in done.stdout
    assert f"--confirm {NAME}" in done.stdout
    assert host.program("restore", "--to", "time", moments.both, "--confirm", "another").returncode == 3
    assert started_at() == before
    assert host.sql(COUNT) == "0"


def test_deleted_rows_come_back_by_the_playbook(moments: Moments) -> None:
    words = ["-e", json.dumps({"restore_to": f"time {moments.both}", "restore_confirm": NAME})]
    began = time.monotonic()
    play("restore.log", "holdfast.host.restore", *words, inventory=host.INVENTORY)
    assert time.monotonic() - began < scaled(90)
    assert host.sql(COUNT) == "1000"
    wait_until("the application", serves, seconds=scaled(60))
    assert "all that was committed until now is in the repositories" in (BUILD / "restore.log").read_text()
    idle()
    assert host.state("full")["result"] == "ok"


def test_a_second_one_to_before_the_first_and_past_a_kill(moments: Moments) -> None:
    words = ["restore", "--to", "time", moments.first, *ENABLED]
    with host.killed_at(f'test -n "$(docker ps -q --filter label=org.holdfast.fetches={VOLUME})"', words):
        assert host.on(f"docker ps -q --filter name={NAME}-blue") == ""
        assert host.on(f"docker inspect --format '{{{{.State.Running}}}}' {POSTGRES}") == "false"
    said = restored(*words[1:])
    assert "no last backup" not in said
    assert host.sql(COUNT) == "500"
    wait_until("the application", serves, seconds=scaled(60))
    assert host.on(f"ls {host.STATE}").split().count("restore.json") == 0
    idle()


def test_what_a_restore_took_away_can_be_had_again(moments: Moments) -> None:
    # On the first timeline, which two restores have left.
    restored("--to", "time", moments.none, *ENABLED)
    assert host.sql(COUNT) == "0"
    idle()
    # The newest state, from backups of four timelines.
    restored("--to", "latest", *ENABLED)
    assert host.sql(COUNT) == "0"
    idle()
    assert host.program("truth").stdout == ""


def test_beside_is_a_server_of_its_own(moments: Moments) -> None:
    before = started_at()
    said = restored("--to", "time", moments.both, "--beside")
    assert f"docker exec -it {BESIDE} psql" in said
    assert host.sql(COUNT, server=BESIDE) == "1000"
    assert host.sql("SHOW archive_mode", server=BESIDE) == "off"
    assert host.sql(COUNT) == "0"
    assert started_at() == before
    shown = json.loads(host.on(f"docker inspect {BESIDE}"))[0]
    assert list(shown["NetworkSettings"]["Networks"]) == [BESIDE]
    assert [each["Destination"] for each in shown["Mounts"]] == ["/var/lib/postgresql"]
    assert host.on(f"docker network inspect --format '{{{{.Internal}}}}' {BESIDE}") == "true"
    assert host.program("beside-remove").returncode == 0
    assert host.left_of(BESIDE) + host.on(f"docker network ls -q --filter name={BESIDE}") == ""


def test_one_database_alone_is_exchanged(moments: Moments) -> None:
    before = started_at()
    said = restored("--to", "time", moments.first, "--database", DATABASE, *ENABLED)
    assert host.sql(COUNT) == "500"
    kept = next(line for line in said.splitlines() if "is kept as" in line).split()[-1]
    assert host.sql(COUNT, database=kept) == "0"
    assert started_at() == before
    assert host.left_of(f"{NAME}-single") == ""
    wait_until("the application", serves, seconds=scaled(60))


def test_a_server_that_is_dead_comes_back_without_a_last_backup(moments: Moments) -> None:
    assert moments
    host.sql("INSERT INTO given SELECT generate_series(2001, 2007)")
    before = host.sql(COUNT)
    archived()
    host.on(f"docker kill {POSTGRES}")
    refused = host.program("restore", *ENABLED)
    assert refused.returncode == 1
    assert "no last backup could be made" in refused.stderr
    assert "--without-last" in refused.stderr
    # Its application was left as it is.
    assert host.on(f"docker ps -q --filter name={NAME}-blue-app") != ""
    assert "What has not been archived is lost for good" in restored("--without-last", *ENABLED)
    assert host.sql(COUNT) == before
    wait_until("the application", serves, seconds=scaled(60))
