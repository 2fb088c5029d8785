# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""restic is started gently, its secrets stay out of its arguments, locks are waited for, and half a copy is none."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import Copy, FilesError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import (
    ABSENT,
    GOOD,
    LOCKED,
    SUMMARY,
    WRONG,
    World,
    out,
    restic,
    snapshot,
)


def test_credentials_reach_restic_by_its_environment(tmp_path: Path) -> None:
    secrets = tmp_path / "1.env"
    secrets.write_text('# of the bucket\nA_KEY=one two "$HOME" `id`\n\nB_KEY=x=y', encoding="utf-8")
    program = tmp_path / "restic"
    program.write_text('#!/bin/sh\nprintf "%s|" "$A_KEY" "$B_KEY" "$PWD" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    made = restic(tmp_path, World({}))
    made = replace(made, repository=replace(made.repository, env_file=str(secrets), options=("-o", "a=b")))
    words = made.words("snapshots", directory=str(tmp_path))
    assert not any("one two" in word for word in words)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    # Priorities are for root to give on some machines.
    begin = words.index("env")
    shown = subprocess.run(words[begin:], env=path, capture_output=True, text=True, check=True).stdout
    told = ['one two "$HOME" `id`', "x=y", str(tmp_path), "-r", str(tmp_path / "repository"), "-o", "a=b"]
    assert shown.split("|")[:-1] == [*told, "--password-file", "/key", "--no-cache", "snapshots"]
    assert words[:begin] == ["setpriv", "--pdeathsig", "TERM", "nice", "-n", "10", "ionice", "-c", "2", "-n", "7"]


def test_a_cache_is_named(tmp_path: Path) -> None:
    words = replace(restic(tmp_path, World({})), cache="/cache").words("snapshots")
    assert words[-4:] == ["--cache-dir", "/cache", "--cleanup-cache", "snapshots"]


def test_a_lock_is_waited_for_and_only_a_stale_one_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_restic, "POLL_SECONDS", 0)
    world = World({"prune": [LOCKED, LOCKED, GOOD]})
    assert replace(restic(tmp_path, world), patience_seconds=60).call("prune").status == 0
    assert world.seen == ["prune", "unlock", "prune", "unlock", "prune"]


def test_a_lock_that_stays_is_told(tmp_path: Path) -> None:
    world = World({"prune": LOCKED})
    made = restic(tmp_path, world)
    with pytest.raises(FilesError, match=r"could not free room: .* already locked by PID 7"):
        made.good(made.call("prune"), "free room")
    assert world.count("--remove-all") == 0


def test_a_repository_has_an_id_or_is_not_there(tmp_path: Path) -> None:
    assert restic(tmp_path, World({"cat config": out({"id": "abc"})})).identity() == "abc"
    assert restic(tmp_path, World({"cat config": ABSENT})).identity() is None
    assert restic(tmp_path, World({"cat config": Result(status=10)})).identity() is None
    for said in ("Stat: The specified key does not exist.", "Lstat: file does not exist"):
        gone = Result(status=1, err=f"Fatal: unable to open config file: {said}\nIs there a repository at ...?")
        assert restic(tmp_path, World({"cat config": gone})).identity() is None


@pytest.mark.parametrize("said", ["Stat: Access Denied.", "client.BucketExists: 403", "dial tcp: i/o timeout"])
def test_one_that_refuses_is_not_absent(tmp_path: Path, said: str) -> None:
    err = f"Fatal: unable to open config file: {said}\nIs there a repository at the following location?\ns3:x"
    with pytest.raises(FilesError, match="could not look at it"):
        restic(tmp_path, World({"cat config": Result(status=1, err=err)})).identity()


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (WRONG, "made with another key than /key"),
        (Result(status=1, err="Fatal: wrong password or no key found"), "made with another key than /key"),
        (Result(status=1, err="dial tcp: refused"), "could not look at it: dial tcp: refused"),
    ],
)
def test_a_repository_that_does_not_open_is_never_called_absent(tmp_path: Path, result: Result, told: str) -> None:
    with pytest.raises(FilesError, match=told):
        restic(tmp_path, World({"cat config": result})).identity()


def unread(number: int) -> str:
    return json.dumps({"message_type": "error", "error": {"Op": "open", "Err": number}, "item": "/a"})


def test_a_copy_says_what_it_added(tmp_path: Path) -> None:
    world = World({"backup": [out(SUMMARY), out(SUMMARY | {"data_added_packed": 5})]})
    made = restic(tmp_path, world)
    copy = Copy(repository=1, tag="host", snapshot="aaaabbbb", bytes_added=10, bytes=20)
    assert made.backup("host", "holdfast", "/etc", exclude=["/etc/x"]) == copy
    assert made.backup("host", "holdfast", "/etc").bytes_added == 5
    assert world.seen[0] == "backup --json --quiet --host shop --tag host --exclude=/etc/x -- holdfast"


@pytest.mark.parametrize(("number", "vanishing", "kept"), [(2, True, True), (2, False, False), (13, True, False)])
def test_half_a_copy_is_not_kept(tmp_path: Path, number: int, *, vanishing: bool, kept: bool) -> None:
    world = World({"backup": Result(status=3, out=json.dumps(SUMMARY), err=unread(number))})
    made = restic(tmp_path, world)
    if kept:
        assert made.backup("volume:a", "_data", "/x", vanishing=vanishing).missed == ("/a",)
    else:
        with pytest.raises(FilesError, match="volume:a was not copied: /a"):
            made.backup("volume:a", "_data", "/x", vanishing=vanishing)
    assert world.count("forget aaaabbbbcccc") == (not kept)


def test_no_copy_at_all_is_told_with_its_reason(tmp_path: Path) -> None:
    world = World({"backup": Result(status=1, err="Fatal: no room")})
    with pytest.raises(FilesError, match="host was not copied: Fatal: no room"):
        restic(tmp_path, world).backup("host", "holdfast", "/etc")
    assert world.count("forget") == 0


def test_the_newest_is_found_or_the_one_that_is_named(tmp_path: Path) -> None:
    listed = [snapshot("bb1", "host", day=3), snapshot("aa1", "host", day=2)]
    made = restic(tmp_path, World({"snapshots": out(listed)}))
    assert made.find("host").id == "bb1"
    assert made.find("host", "aa").id == "aa1"
    with pytest.raises(FilesError, match="has no snapshot cc of host"):
        made.find("host", "cc")
    with pytest.raises(FilesError, match="has no snapshot of redis"):
        restic(tmp_path, World({"snapshots": Result(status=0, out="null")})).find("redis")


def test_a_copy_from_the_future_is_not_the_newest(tmp_path: Path) -> None:
    late = snapshot("cc1", "host") | {"time": "2999-01-01T00:00:00Z"}
    made = restic(tmp_path, World({"snapshots": out([snapshot("aa1", "host"), snapshot("bb1", "host", day=2), late])}))
    assert made.find("host").id == "bb1"
    assert made.find("host", "cc").id == "cc1"
    assert restic(tmp_path, World({"snapshots": out([late])})).find("host").id == "cc1"


def test_another_tag_makes_another_id(tmp_path: Path) -> None:
    world = World({"snapshots": out([snapshot("old", "t"), snapshot("new", "t", original="aaaabbbb")])})
    assert restic(tmp_path, world).rename("aaaa", "t").id == "new"
    assert world.seen[0] == "tag --set t aaaa"
    with pytest.raises(FilesError, match="is not there as t"):
        restic(tmp_path, world).rename("cccc", "t")


def test_nothing_to_forget_forgets_nothing(tmp_path: Path) -> None:
    world = World({})
    restic(tmp_path, world).forget()
    assert world.seen == []


def test_a_restore_that_is_not_whole_is_told(tmp_path: Path) -> None:
    world = World({"snapshots": out([snapshot("aa", "host")]), "restore": Result(status=1, err="There were 2 errors")})
    made = restic(tmp_path, world)
    with pytest.raises(FilesError, match="could not restore host: There were 2 errors"):
        made.restore(made.find("host"), "/target")
