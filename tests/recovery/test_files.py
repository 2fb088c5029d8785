# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Volumes, Redis, dumps and the host's files go into a repository and come back, also past runs that were killed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.lab.shell import scaled, wait_until

from .files_host import (
    APP,
    AT,
    DIGEST,
    MEDIA,
    STORES,
    app_started,
    clean,
    container,
    copies,
    have_host,
    inside,
    killed,
    listing,
    program,
    psql,
    redis,
    running,
    slow,
    snapshots,
    started,
    works,
)

DATA = f"/var/lib/docker/volumes/{STORES}_redis/_data"
ROWS = "SELECT count(*) || ' ' || md5(string_agg(id || note, ',' ORDER BY id)) FROM letters;"
SAVED = "told([each.tag for each in {}])"


@pytest.fixture(scope="module", autouse=True)
def host() -> Iterator[None]:
    have_host()
    inside(
        f"cd {MEDIA}; chown 1234:2345 .; chmod 2750 .; mkdir -m 0711 'a b'; echo one > 'a b/ü'; chmod 4640 'a b/ü';"
        " chown 7:8 'a b/ü'; ln -s 'a b/ü' link; ln 'a b/ü' hard; touch -d 2001-02-03 'a b/ü'; touch .hidden;"
        " head -c 12000000 /dev/urandom > large"
    )
    psql("CREATE ROLE clerk; CREATE DATABASE app OWNER clerk;")
    letters = "SELECT n AS id, encode(sha512(n::text::bytea), 'hex') AS note FROM generate_series(1, 60000) n"
    psql(f"SET ROLE clerk; CREATE TABLE letters AS {letters};", "app")
    redis(given="".join(f"SET key:{n} {n}\nRPUSH list:{n % 9} {n}\nZADD set {n} {n}\n" for n in range(3000)))
    redis("SET", "short", "x", "EX", "86400")
    program("backup_known.opened(settings, repository, run)")
    yield
    clean()


def refused(code: str, words: str) -> None:
    """Expect that the program refuses with these words."""
    with pytest.raises(AssertionError, match=words):
        program(code)


def test_a_volume_comes_back_as_it_was() -> None:
    before, was = listing(), app_started()
    (copy,) = program("told(backup_files.backup_volumes(settings, run))")
    assert (copy["tag"], copy["repository"]) == ("volume:media", 1)
    assert copy["bytes_added"] > 12_000_000
    assert running("app", APP)
    assert app_started() != was, "the service did not stand still"
    back = "backup_files.restore_volume(settings, run, source({}), 'media')"
    refused(back.format(""), "has files; say that they are to be replaced")
    inside(f"cd {MEDIA}; rm -r link 'a b'; echo other > large; touch more; chmod 0700 .; chown 0:0 .")
    program(back.format("replace=True"))
    assert listing() == before
    inside(f"cd {MEDIA}; find . -mindepth 1 -delete")
    program(back.format(""))
    assert listing() == before
    assert running("app", APP)


def test_a_run_that_is_killed_leaves_a_service_that_resumes_and_no_snapshot() -> None:
    inside(f"head -c 12000000 /dev/urandom > {MEDIA}/large")
    had = snapshots()
    process = started("backup_files.backup_volumes(settings, run)", **slow())
    # A lock is taken before, too, to find out whether another run has one.
    wait_until("the pause", lambda: not running("app", APP), seconds=scaled(30))
    wait_until("restic to read", lambda: works(f"pgrep -x restic && ls {AT}/repository/locks/*"), seconds=scaled(10))
    refused("backup_pause.resume(settings.directory, run)", "another run")
    killed(process)
    assert not running("app", APP)
    program("backup_pause.resume(settings.directory, run)")
    assert running("app", APP)
    assert not works(f"test -e {AT}/state/paused.json")
    assert snapshots() == had
    assert program(SAVED.format("backup_files.backup_volumes(settings, run)")) == ["volume:media"]
    assert snapshots() == had + 1


def test_redis_comes_back_through_its_append_only_file() -> None:
    before = redis("EVAL", DIGEST, "0")
    assert before.startswith("3011 ")
    assert program(SAVED.format("backup_redis.backup(settings, run)")) == ["redis"]
    refused("backup_redis.restore(settings, run, source())", "has data; say that they are to be replaced")
    redis("FLUSHALL")
    redis("SET", "later", "1")
    assert program("told(backup_redis.restore(settings, run, source(replace=True)))") == 3011
    wait_until("Redis", lambda: redis("PING") == "PONG", seconds=scaled(30))
    assert redis("EVAL", DIGEST, "0") == before
    redis("SET", "after", "1")
    # What was read may have been the snapshot: of this start it can only be the append-only file.
    inside(f"docker kill {container('redis')} && rm {DATA}/dump.rdb && docker start {container('redis')}")
    wait_until("Redis", lambda: redis("PING") == "PONG", seconds=scaled(30))
    assert redis("DBSIZE") == "3012"
    assert "aof_enabled:1" in redis("INFO", "persistence")
    assert "holdfast-restore" not in inside("docker ps --all --format '{{.Names}}'")
    assert inside(f"find {DATA} -printf '%U:%G\\n' | sort -u").split() == ["999:999"]


def test_a_restore_that_is_killed_leaves_the_old_data() -> None:
    redis("SET", "precious", "1")
    process = started("backup_redis.LOAD_SECONDS = -1; backup_redis._wait = lambda *_: time.sleep(60);"
                      "backup_redis.restore(settings, run, source(replace=True))")  # fmt: skip
    helper = "docker ps --format '{{.Names}}' | grep -q holdfast-restore"
    wait_until("the helper", lambda: works(helper), seconds=scaled(30))
    killed(process)
    assert not running("redis", STORES)
    program("backup_pause.resume(settings.directory, run)")
    wait_until("Redis", lambda: redis("PING") == "PONG", seconds=scaled(30))
    assert redis("GET", "precious") == "1"
    assert not works(f"test -e {DATA}/.holdfast-restore")
    assert not works(helper)


def test_a_dump_comes_back_under_another_name_and_in_place() -> None:
    before = psql(ROWS, "app")
    assert program(SAVED.format("backup_dumps.backup(settings, run, pipe)")) == ["dump:app"]
    back = "server = backup_dumps.server(settings, run); backup_dumps.restore(server, pipe, source(), 'app', {!r})"
    refused(back.format("app"), "is there already")
    psql("DELETE FROM letters WHERE id > 5", "app")
    program(back.format("again"))
    assert psql(ROWS, "again") == before
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'letters'"
    assert psql(owner, "again") == "clerk"
    program("backup_dumps.exchange(backup_dumps.server(settings, run), 'again', 'app', 'app_before')")
    assert psql(ROWS, "app") == before
    assert psql("SELECT count(*) FROM letters", "app_before") == "5"
    psql("DROP DATABASE app_before")


def half_way() -> subprocess.Popen[str]:
    """Start a dump, and return it where pg_dump waits for restic in the midst of a table."""
    process = started("backup_dumps.backup(settings, run, pipe)")
    # It has to be stopped before it reads: it takes a while to open the repository.
    # The shell that becomes it has its words, too, and would not go on with it.
    dumps = "grep -qsz -e --stdin-filename /proc/$(pgrep -nx restic)/cmdline"
    inside(f"timeout 60 sh -c 'until {dumps} && pkill -STOP -x restic; do sleep 0.05; done'")
    dumping = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event = 'ClientWrite'"
    wait_until("pg_dump to wait", lambda: psql(dumping) == "1", seconds=scaled(30))
    return process


def test_a_dump_that_fails_half_way_is_no_snapshot() -> None:
    had, good = snapshots(), copies()["dump:app"]
    process = half_way()
    psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg_dump'")
    # The program may have ended it by now: then there is none.
    inside("pkill -CONT -x restic || test $? = 1")
    _, said = process.communicate(timeout=scaled(60))
    assert process.returncode == 1
    assert "pg_dump: " in said
    assert snapshots() == had
    killed(half_way())
    assert copies()["dump:app"] == good
    assert program(SAVED.format("backup_dumps.backup(settings, run, pipe)")) == ["dump:app"]
    assert copies()["dump:app"] == good + 1
    assert snapshots() == had + 1, "something partial was left"


def test_old_copies_go_and_the_others_stay() -> None:
    inside("mkdir -p /etc/holdfast; test -e /etc/holdfast/mark || echo kept > /etc/holdfast/mark")
    assert program(SAVED.format("backup_files.backup_host(settings, run)")) == ["host"]
    program(f"backup_files.restore_host(source(), pathlib.Path('{AT}/host'))")
    assert inside(f"diff -r /etc/holdfast {AT}/host/holdfast") == ""
    assert copies() == {"host": 1, "volume:media": 2, "redis": 1, "dump:app": 2}
    # All are younger than 30 days, and four older than 14, which is all that files are kept. Two days without a copy
    # would be taken for a clock that jumped.
    made = "$(date -d \"$((n * 40)) hours ago\" '+%F %T')"
    words = f'-q --no-cache -r {AT}/repository -p {AT}/key backup --host files --time "{made}" --tag $tag'
    inside(f"for tag in redis dump:app; do for n in $(seq 12); do restic {words} {AT}/key; done; done")
    assert copies() == {"host": 1, "volume:media": 2, "redis": 13, "dump:app": 14}
    assert program("told(backup_keep.tidy(settings, repository, run, time.time()))") is True
    assert copies() == {"host": 1, "volume:media": 2, "redis": 9, "dump:app": 14}
    assert program("told(backup_keep.tidy(settings, repository, run, time.time()))") is False


BACK = (
    "told(list(backup_return.give_back(settings, backup_return.Tools(run=run, pipe=pipe),"
    " backup_return.Wish(tag={!r}, confirm={!r}, snapshot={!r}), time.time())))"
)


@pytest.mark.parametrize("kind", ["volume:media", "redis", "dump:app"])
def test_a_copy_is_given_back_as_an_administrator_asks_for_it(kind: str) -> None:
    before = listing(), redis("EVAL", DIGEST, "0"), psql(ROWS, "app")
    program("backup_files.backup_volumes(settings, run)")
    program("backup_redis.backup(settings, run)")
    program("backup_dumps.backup(settings, run, pipe)")
    had = copies()
    inside(f"rm {MEDIA}/large")
    redis("FLUSHALL")
    psql("DELETE FROM letters WHERE id > 7", "app")
    refused(BACK.format(kind, "", ""), "would take the place of what is there")
    assert "is back" in program(BACK.format(kind, "files", "newest"))[-1]
    wait_until("Redis", lambda: redis("PING") == "PONG", seconds=scaled(30))
    now = listing() if kind == "volume:media" else "", redis("EVAL", DIGEST, "0"), psql(ROWS, "app")
    at = ["volume:media", "redis", "dump:app"].index(kind)
    assert now[at] == before[at]
    # The others are as they were left, and what was replaced is a copy itself, or another database.
    assert [number for number in range(1, 3) if now[number] == before[number]] == ([at] if at else [])
    assert copies()[kind] - had[kind] == (kind != "dump:app")
    inside(f"test -e {MEDIA}/large || head -c 12000000 /dev/urandom > {MEDIA}/large")
    psql("TRUNCATE letters; INSERT INTO letters SELECT n, n::text FROM generate_series(1, 60000) n", "app")
    redis("SET", "key", "1")


def test_damage_another_key_and_a_place_that_is_gone_are_told() -> None:
    checked = "told(backup_keep.check(settings, repository, run, time.time(), at_once=True))"
    assert program(checked)["sound"] is True
    before = inside(f"cd {AT}/repository; find . -type f | sort")
    inside(f"cp {AT}/key {AT}/right; echo wrong > {AT}/key")
    refused("backup_files.backup_host(settings, run)", "another key")
    inside(f"mv {AT}/right {AT}/key")
    assert inside(f"cd {AT}/repository; find . -type f | sort") == before
    inside(f"mv {AT}/repository {AT}/elsewhere")
    refused("backup_files.backup_host(settings, run)", "is gone")
    assert not works(f"test -e {AT}/repository")
    # What a killed restic had half written belongs to nobody.
    packs = f"find {AT}/repository/data -type f ! -name '*-tmp-*'"
    largest = f"$({packs} -printf '%s %p\\n' | sort -n | tail -1 | cut -d ' ' -f 2)"
    inside(f"mv {AT}/elsewhere {AT}/repository; rm {largest}")
    damaged = program(checked)
    assert damaged["sound"] is False
    assert damaged["message"]
    assert json.loads(inside(f"cat {AT}/state/restic-1.json"))["sound"] is False
