# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whoever has all keys of a host cannot destroy what lies in a bucket with locks, and it still restores.

Of each way it is told who refuses it: moto by itself, or the stand-in, which adds what S3 documents and moto lacks
(tests/lab/images/vault/vault/locks.py). What S3 accepts must leave every stored version as it was.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.lab.paths import ROOT
from tests.lab.shell import run

from . import locked_client as client
from . import vault

BUCKET, DAYS = "kept-for-good", 30
AGAIN = "/var/lib/postgresql/again"
STARTED = "pg_ctl -s -w -D {} -o '-p 5433 -c listen_addresses= -c archive_mode=off' -l /tmp/again.log start"
ROWS = "SELECT count(*) || md5(string_agg(n || md5, ',' ORDER BY n)) FROM t;"
PAGE = ROOT / "docs/backup.md"
ATTACKS = Path(__file__).with_name("locked_attacks.py")
KEPT, MOTO, OURS = "accepted", "moto", "stand-in"
# Way -> what S3 says, and who says it: nobody refuses what only adds a version.
WAYS = {
    "pgbackrest expire": (KEPT, ""),
    "pgbackrest stanza-delete": (KEPT, ""),
    "restic forget --prune": (KEPT, ""),
    "restic key passwd": (KEPT, ""),
    "delete each version": ("AccessDenied", MOTO),
    "delete each version, past governance": ("AccessDenied", MOTO),
    "delete the versions at once": ("AccessDenied", MOTO),
    "delete the versions at once, past governance": ("AccessDenied", MOTO),
    "retain until a second from now": ("AccessDenied", OURS),
    "retain by governance": ("AccessDenied", OURS),
    "retain no more": ("AccessDenied", OURS),
    "end legal holds, then delete": ("AccessDenied", MOTO),
    "suspend versioning": ("InvalidBucketState", OURS),
    "overwrite": (KEPT, ""),
    "overwrite, in parts": (KEPT, ""),
    "copy over itself": (KEPT, ""),
    # What comes after these two has another lock, or none: that they happened is worth an alarm.
    "default of one day, by governance": (KEPT, ""),
    "no default": (KEPT, ""),
    # moto carries no rule out; of S3 it is documented that rules leave locked versions alone, and not shown here.
    "expire by lifecycle": (KEPT, ""),
    "delete the bucket": ("BucketNotEmpty", MOTO),
    "delete each object": (KEPT, ""),
}
Stored = set[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of it. moment: before the first attack, seconds since 1970. rows: of the database then.

    before: what was stored then. shown: and listed. said, after: by what was tried.
    """

    moment: float
    rows: str
    before: Stored
    shown: dict[str, str]
    said: dict[str, str]
    after: dict[str, Stored]


def stored() -> Stored:
    return {(each.key, each.version, each.sha256) for each in vault.objects(BUCKET) if each.size is not None}


def attack() -> str:
    return run(["docker", "exec", "-i", vault.HOST.container, "python3", "-", BUCKET], stdin=ATTACKS.read_text())


def shown(prefix: str = "") -> dict[str, str]:
    """Return what a listing shows which does not ask for versions: keys, and the hashes of what they hold."""
    newest = {each.key: each for each in vault.objects(BUCKET, prefix)}
    return {key: each.sha256 for key, each in newest.items() if each.size is not None}


def visible(prefix: str) -> list[str]:
    """Return the keys of what a listing shows."""
    return [*shown(prefix)]


def by_program() -> Iterator[tuple[str, str]]:
    """Destroy with the programs that made it, which have the repository's key too. Yield way and what was said."""
    first = visible("shop/postgres/backup/main/2")
    client.pgbackrest("--type=full backup")
    client.pgbackrest("--repo1-retention-full-type=count --repo1-retention-full=1 expire")
    assert first
    assert not set(first) & set(visible("shop/postgres/backup/main/2"))
    yield "pgbackrest expire", KEPT
    client.pgbackrest("stop")
    client.pgbackrest("--force --repo=1 stanza-delete")
    assert visible("shop/postgres/") == []
    yield "pgbackrest stanza-delete", KEPT
    client.restic("forget --tag files --unsafe-allow-remove-all --prune", BUCKET)
    assert visible("shop/files/snapshots/") == []
    yield "restic forget --prune", KEPT
    key = visible("shop/files/keys/")
    client.inside("echo another > /tmp/another")
    client.restic("key passwd --new-password-file /tmp/another", BUCKET)
    assert not set(key) & set(visible("shop/files/keys/"))
    yield "restic key passwd", KEPT


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    vault.up()
    vault.make_bucket(BUCKET, locked_days=DAYS)
    client.have(BUCKET)
    client.pgbackrest("stanza-create")
    client.psql("ALTER SYSTEM SET archive_command = 'pgbackrest --stanza=main archive-push %p';")
    client.psql("SELECT pg_reload_conf(); CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n;")
    client.pgbackrest("--type=full backup")
    client.psql("UPDATE t SET md5 = 'later' WHERE n % 7 = 0;")
    rows = client.psql(ROWS)
    client.psql("SELECT pg_switch_wal();")
    client.pgbackrest("check")
    client.inside(f"mkdir {client.FILES}; head -c 300000 /dev/urandom > {client.FILES}/a; echo b > {client.FILES}/b")
    client.restic("init", BUCKET)
    client.restic(f"backup --tag files {client.FILES}", BUCKET)
    before, listed, moment = stored(), shown(), time.time()
    # S3 tells of its versions' age in seconds.
    time.sleep(2 - moment % 1)
    said, after = {}, {}
    for way, answer in by_program():
        said[way], after[way] = answer, stored()
    for way, found in json.loads(attack()).items():
        said[way], after[way] = found["said"], {(key, version, digest) for key, version, digest in found["stored"]}
    yield Seen(moment=moment, rows=rows, before=before, shown=listed, said=said, after=after)
    client.remove()
    vault.remove_bucket(BUCKET)


def test_every_way_was_tried(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(seen.said) == list(WAYS)
    lines = [f"{len(seen.before)} versions were stored, of {DAYS} days' retention in compliance mode."]
    for way, (_, by) in WAYS.items():
        lost = len(seen.before - seen.after[way])
        lines.append(f"{way:<46} {seen.said[way]:<20} {by or '-':<10} {lost} lost or altered")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_stored_is_lost_or_altered(seen: Seen, way: str) -> None:
    assert seen.said[way] == WAYS[way][0]
    assert len(seen.before) > 20
    assert seen.before <= seen.after[way]


def test_nothing_is_left_to_see_without_asking_for_versions(seen: Seen) -> None:
    assert seen.before
    assert visible("") == []


def test_the_database_comes_back_as_of_the_moment(seen: Seen) -> None:
    target = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime(seen.moment + 1))
    client.inside("pgbackrest --stanza=main start")
    words = f"--repo=1 '--repo-target-time={target}' --pg1-path={AGAIN} --archive-mode=off"
    command = f'pgbackrest --stanza=main --repo=1 --pg1-path={AGAIN} --repo-target-time="{target}" archive-get %f "%p"'
    client.pgbackrest(f"{words} '--recovery-option=restore_command={command}' restore")
    client.inside(f"{STARTED.format(AGAIN)} || {{ cat /tmp/again.log; false; }}")
    assert client.psql(ROWS, 5433) == seen.rows


def script() -> str:
    """Return the page's own program."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begins = next(number for number, line in enumerate(lines) if "as_it_was.py BUCKET" in line)
    block = itertools.takewhile(lambda line: line.startswith("    ") or not line, lines[begins:])
    return "\n".join(line[4:] for line in block)


def test_the_bucket_is_made_what_it_was_by_the_documented_program(seen: Seen) -> None:
    before, moment = stored(), datetime.fromtimestamp(seen.moment + 1, tz=timezone.utc).isoformat()
    keys = "AWS_ACCESS_KEY_ID=$(cat access_key) AWS_SECRET_ACCESS_KEY=$(cat secret_key) AWS_CA_BUNDLE=ca.pem"
    region = f"AWS_DEFAULT_REGION={vault.REGION} AWS_ENDPOINT_URL=https://{vault.address}"
    words = f"cd /etc/vault/keys; {keys} {region} python3 - {BUCKET} {moment}"
    for _ in range(2):
        vault.inside(words, given=script())
        assert before <= stored()
    assert seen.before <= stored()
    assert shown() == seen.shown


def test_the_files_come_back_from_it(seen: Seen) -> None:
    assert seen.before
    client.restic("check --read-data", BUCKET)
    client.restic("restore latest --target /tmp/files", BUCKET)
    client.inside(f"diff -r {client.FILES} /tmp/files{client.FILES}")


def test_the_database_comes_back_from_it(seen: Seen) -> None:
    client.inside(f"pg_ctl -s -m fast -D {AGAIN} stop; rm -rf {AGAIN}")
    client.pgbackrest(f"--pg1-path={AGAIN} --archive-mode=off restore")
    client.inside(f"{STARTED.format(AGAIN)} || {{ cat /tmp/again.log; false; }}")
    assert client.psql(ROWS, 5433) == seen.rows
