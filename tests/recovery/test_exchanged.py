# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Another key, another place: refused before anything is changed, or taken into use whole, also past a kill."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.shell import scaled, wait_until
from tests.resume.playbook import Playbook, changes

from . import database_host as host
from . import stack
from .restoring import ENABLED, idle, moment, restored
from .trial import play

FIRST, OTHER, FOREIGN = "/var/backups/holdfast", "/var/backups/other", "/var/backups/foreign"
SHARE = "/var/backups/share"
KEY = "/etc/holdfast/secrets/BACKUP_KEY"
WITHOUT_KEY = "sha256sum /etc/holdfast/backup/*/* /etc/holdfast/backup/backup.json; docker ps --no-trunc -q | sort"
STATE = f"sha256sum {KEY}; {WITHOUT_KEY}"
RECAP = re.compile(r"^\S+ +: ok=\d+ +changed=(?P<changed>\d+)", re.MULTILINE)


def _words(*paths: str, **given: str) -> list[str]:
    """Return the words that make a run follow a declaration with these places, and secrets that are given."""
    said: dict[str, Any] = json.loads((host.INVENTORY / "group_vars/all.json").read_text())
    said["holdfast_stack"]["backup"]["repositories"] = [{"local": {"path": path}} for path in paths]
    said["app_secrets"] |= given
    return ["-e", json.dumps({name: said[name] for name in ("holdfast_stack", "app_secrets")})]


def _refused(*words: str, state: str = STATE) -> str:
    """Return what a run says that is refused. It changes nothing, neither by its count nor on the host."""
    before = host.on(state)
    with Playbook(stack.BUILD / "refused.log", *words, playbook="site.yml", inventory=host.INVENTORY) as run:
        assert run.wait() != 0
    text = run.text()
    found = RECAP.search(text)
    assert found is not None, text
    assert found["changed"] == "0", text
    assert "Refused before anything was changed" in text
    assert host.on(state) == before
    return text


def _segments(place: str) -> set[str]:
    """Return the segments of the log in a place."""
    archive = f"{place}/postgres/archive"
    script = f"if test -d {archive}; then find {archive} -type f -name '0000*' -printf '%f\\n'; fi"
    lines = host.on(script).split()
    return {line[:24] for line in lines if re.match(r"[0-9A-F]{24}-", line)}


def _look() -> dict[str, Any]:
    """Return what the one repository told last."""
    (told,) = json.loads(host.on(f"cat {host.STATE}/truth.json"))["truths"]
    found: dict[str, Any] = told
    return found


@pytest.fixture(scope="module", autouse=True)
def written(database: None) -> None:  # noqa: ARG001 - it must come first.
    """Have rows."""
    host.sql("DROP TABLE IF EXISTS exchanged")
    host.sql("CREATE TABLE exchanged AS SELECT n FROM generate_series(1, 100) n")


def test_another_key_for_what_is_there_is_refused() -> None:
    said = _refused(*_words(FIRST, BACKUP_KEY="x" * 32))
    assert "holds backups that were made with another key than BACKUP_KEY" in said
    assert "x" * 32 not in said


def test_a_key_that_is_gone_is_refused_and_no_new_one_is_made() -> None:
    host.on(f"mv {KEY} {KEY}.aside")
    try:
        said = _refused(*_words(FIRST), state=WITHOUT_KEY)
    finally:
        host.on(f"mv {KEY}.aside {KEY}")
    assert "app_secrets.BACKUP_KEY" in said
    assert "can be read without it" in said


def test_the_place_of_another_stack_is_refused() -> None:
    host.on(
        f"rm -rf {FOREIGN}; mkdir -p {FOREIGN}; echo x > /root/x; restic init -q -r {FOREIGN}/files -p {KEY}"
        f" && restic backup -q -r {FOREIGN}/files -p {KEY} --host blog /root/x"
    )
    said = _refused(*_words(FOREIGN))
    assert "holds the backups of blog" in said
    host.on(f"rm -rf {FOREIGN}/files; echo other > /root/other; restic init -q -r {FOREIGN}/files -p /root/other")
    assert "made with another key" in _refused(*_words(FOREIGN))


def test_a_fresh_place_is_taken_into_use_past_a_kill() -> None:
    before, words = _segments(FIRST), _words(OTHER)
    began = time.monotonic()
    with Playbook(stack.BUILD / "killed.log", *words, playbook="site.yml", inventory=host.INVENTORY) as run:
        # Its stores have the new place, and nothing is there yet.
        there = f"if test -e {OTHER}/postgres && grep -q {OTHER} /etc/holdfast/backup/backup.json; then echo there; fi"
        wait_until("the new place", lambda: host.on(there) == "there", seconds=scaled(120))
        run.kill()
    host.sql("INSERT INTO exchanged VALUES (101)")
    play("exchanged.log", "site.yml", *words, inventory=host.INVENTORY)
    host.sql("INSERT INTO exchanged VALUES (102)")
    seconds = time.monotonic() - began
    # What lies in the former place stays.
    assert _segments(FIRST) >= before
    assert host.program("truth").stdout == ""
    truth = _look()
    assert (truth["reached"], truth["whole"], truth["missing"]) == (True, True, [])
    assert truth["fulls"] == 1
    host.sql("SELECT pg_switch_wal()")
    names = sorted(_segments(FIRST) | _segments(OTHER))
    print(f"\nexchanged: killed and finished in {seconds:.0f} s; {len(names)} segments")  # noqa: T201 - a figure.
    assert changes(play("exchanged.log", "site.yml", *words, inventory=host.INVENTORY).text()) == 0


def test_what_went_to_the_fresh_place_can_be_restored() -> None:
    done = host.program("restore", "--to", "latest", "--beside")
    assert done.returncode == 0, done.stderr
    assert host.sql("SELECT count(*) FROM exchanged", server=f"{stack.NAME}-beside") == "102"
    assert host.program("beside-remove").returncode == 0


def test_back_in_the_first_place_it_begins_anew_and_tells_of_the_gap() -> None:
    """What was written meanwhile is in the other place alone: not every second of the window can be had any more."""
    before = len(host.on(f"ls -d {FIRST}/postgres/backup/main/*F").split())
    with Playbook(stack.BUILD / "back.log", playbook="site.yml", inventory=host.INVENTORY) as run:
        assert run.wait() == 0, run.text()
    # Nobody can mend it any more: told, and no failure.
    assert "backup.repository[1].log" in run.text()
    truth = _look()
    assert (truth["reached"], truth["whole"], truth["fulls"]) == (True, True, before + 1)
    done = host.program("restore", "--to", "latest", "--beside")
    assert done.returncode == 0, done.stderr
    assert host.sql("SELECT count(*) FROM exchanged", server=f"{stack.NAME}-beside") == "102"
    assert host.program("beside-remove").returncode == 0


@pytest.fixture
def share() -> Iterator[str]:
    """Have a disk of its own for a second repository, and the host with its first one alone in the end."""
    host.on(f"mkdir {SHARE}; mount -t tmpfs -o size=512m share {SHARE}")
    yield SHARE
    host.on(f"mount -o remount,rw {SHARE}")
    assert host.program("full").returncode == 0
    play("alone.log", "site.yml", inventory=host.INVENTORY)
    host.on(f"umount {SHARE}; rmdir {SHARE}")


def test_one_of_two_that_takes_nothing_does_not_hold_up_a_restore(share: str) -> None:
    play("two.log", "site.yml", *_words(FIRST, share), inventory=host.INVENTORY)
    assert "repository[2]" not in host.program("truth").stdout
    host.on(f"mount -o remount,ro {share}")
    before = moment()
    host.sql("INSERT INTO exchanged VALUES (103)")
    after = moment()
    said = restored("--to", "time", before, *ENABLED)
    assert f"without a last backup in repository 2 ({share})" in said
    assert "all that was committed until now is in repository 1" in said
    assert host.sql("SELECT count(*) FROM exchanged") == "102"
    host.on(f"mount -o remount,rw {share}")
    idle()
    restored("--to", "time", after, *ENABLED)
    assert host.sql("SELECT count(*) FROM exchanged") == "103"
    idle()
