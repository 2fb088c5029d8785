# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A drill restores, compares and judges; it finds what differs or is damaged, and leaves nothing behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.lab.shell import scaled

from . import database_host as host
from .stack import DATABASE, NAME, POSTGRES
from .writer import TABLE, Writer

COPY = f"{NAME}-drill"
RPO_SECONDS = 60
# Of the second table a column has the name that a query may give the whole row.
# What is forbidden is in the copy alone: a later drill may meet any second of the server's past.
LESS = (
    "DELETE FROM trial WHERE n = 7; UPDATE named SET note = note || note; CREATE TABLE IF NOT EXISTS forbidden (n int)"
)
DATA = f"/var/lib/docker/volumes/{COPY}/_data/18/docker"
# A bit of a row: the end of the first page.
FLIP = "python3 -c \"f = open('{file}', 'r+b'); f.seek(8180); b = f.read(1); f.seek(8180); f.write(bytes([b[0] ^ 1]))\""


@pytest.fixture(scope="module", autouse=True)
def table(database: None) -> Iterator[None]:  # noqa: ARG001 - it must come first.
    """Have a table that no recovery has to touch, and at the end a drill that ends well: the host is others' too."""
    host.sql("DROP TABLE IF EXISTS trial, named, numbered")
    host.sql("CREATE TABLE named AS SELECT 1 AS t, 'a' AS note")
    host.sql("CREATE TABLE trial AS SELECT n, 'row ' || n AS note FROM generate_series(1, 100) n")
    host.sql("VACUUM (FREEZE) trial")
    host.sql(TABLE)
    assert host.program("full").returncode == 0
    yield
    done = host.program("drill", hurry=True)
    assert done.returncode == 0, done.stderr


def test_what_one_that_was_killed_left_goes_with_the_next_work_whatever_it_is() -> None:
    with host.killed_at(f'test -n "$(docker ps -q --filter name={COPY})"', ["drill", "--seed", "1"]):
        assert COPY in host.left_of(COPY)
    host.on("systemctl start holdfast-backup@truth")
    assert host.left_of(COPY) == ""


def test_after_one_that_was_killed_a_drill_finds_all_as_it_was() -> None:
    running = f'test -n "$(docker ps -q --filter name={COPY})"'
    with host.killed_at(running, ["drill", "--seed", "1"]):
        assert COPY in host.left_of(COPY)
    server = host.on(f"docker inspect --format '{{{{.State.StartedAt}}}}' {POSTGRES}")
    writer = Writer(host.HOST, 1)
    done = host.program("drill", "--seed", "2")
    rows = writer.stop()
    assert done.returncode == 0, done.stderr
    assert "are as they were" in done.stdout
    sys.stdout.write(f"\ndrill: {len(rows)} commits meanwhile; {done.stdout}")
    assert host.left_of(COPY) == ""
    assert host.on(f"docker inspect --format '{{{{.State.StartedAt}}}}' {POSTGRES}") == server
    assert int(host.sql("SELECT count(*) FROM numbered")) == len(rows)
    figures = host.state("drill")["figures"]
    assert figures["compared_tables"] >= 2
    assert 0 < figures["rpo_seconds"] <= scaled(RPO_SECONDS)
    assert figures["rto_seconds"] == pytest.approx(figures["fetch_seconds"] + figures["replay_seconds"], abs=0.01)
    assert host.metric("drill_rto_seconds") == figures["rto_seconds"]
    assert host.metric('last_ok{work="drill"}') == 1


def test_a_byte_that_was_flipped_in_what_is_restored_is_found() -> None:
    file = host.sql("SELECT pg_relation_filepath('trial')")
    with host.shim(f'*"--name {COPY}"*', FLIP.format(file=f"{DATA}/{file}")):
        done = host.program("drill", hurry=True, shim=True)
    assert done.returncode == 1
    assert f"{DATABASE} cannot be read in the restored copy" in done.stderr
    assert "invalid page in block 0" in done.stderr
    assert "the restored copy is damaged" in done.stderr
    assert host.left_of(COPY) == ""
    assert host.state("drill")["result"] == "failed"
    assert host.metric('last_ok{work="drill"}') == 0


def test_a_row_that_is_missing_and_an_assertion_that_does_not_hold_are_found() -> None:
    delete = f"/usr/bin/docker exec {COPY} psql -q -U holdfast -d {DATABASE} -c '{LESS}'"
    with host.shim(f'*"--interactive {COPY} psql"*', delete):
        done = host.program("drill", hurry=True, shim=True)
    assert done.returncode == 1
    assert f"table public.trial of {DATABASE}: 100 rows" in done.stderr
    assert "where 99 rows" in done.stderr
    assert f"table public.named of {DATABASE}: 1 rows" in done.stderr
    assert f"assertion {host.FORBIDDEN!r}: f, and not true" in done.stderr
    assert "current_database" not in done.stderr
    assert host.left_of(COPY) == ""


def test_without_room_it_fails_before_it_fetches() -> None:
    small = f"mkdir -p {host.SHIM}/small; echo {host.SHIM}/small; exit 0"
    with host.shim("*DockerRootDir*", small):
        host.on(f"mkdir {host.SHIM}/small; mount -t tmpfs -o size=8m small {host.SHIM}/small")
        try:
            done = host.program("drill", shim=True)
        finally:
            host.on(f"umount {host.SHIM}/small")
    assert done.returncode == 1
    assert f"bytes at {host.SHIM}/small, and" in done.stderr
    assert host.left_of(COPY) == ""
    last = host.state("drill")
    assert (last["result"], last["seconds"] < scaled(30)) == ("failed", True)
    # What was measured before is still told.
    assert last["figures"]["rto_seconds"] > 0
