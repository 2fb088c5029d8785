# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's side knows the server alone, and a repository that fails holds up none of the others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_sending as subject
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_storage import SEGMENT
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section

SFTP = {"host": "store.example.org", "user": "u1", "path": "/backups", "host_keys": ["ssh-ed25519 AAAA"]}
PLANNED: dict[str, Any] = {"queue_bytes": 2**30}
# In pgBackRest's place: it notes how it was called, and fails for the repositories that are named in a file, unless it
# may let go. A silent one's lock is held by who was asked without the limit, until the next one has waited for it.
PGBACKREST = """#!/bin/sh
number=$(echo "$1" | sed 's/.*send-\\(.*\\).conf/\\1/')
shift 2
echo "$number $*" >> "$CALLS"
case "$1" in
--archive-push-queue-max=*) if [ -e "$BROKEN-$number" ]; then rm "$BROKEN-$number"; exit 1; else exit 0; fi ;;
esac
if grep -qx "$number silent" "$BROKEN"; then touch "$BROKEN-$number"; exit 1; fi
! grep -qx "$number" "$BROKEN"
"""


@pytest.fixture
def backup() -> Backup:
    """Return what is declared: two repositories."""
    value, findings = Section(shape=Backup).read(
        {"repositories": [{"sftp": SFTP}, {"local": {"path": "/backups"}}]}, "backup"
    )
    assert findings == []
    assert isinstance(value, Backup)
    return value


def sent(
    tmp_path: Path, backup: Backup, *broken: int, most: int = 3, silent: bool = False, times: int = 1
) -> tuple[int, list[str]]:
    """Run the script in a data directory where three segments wait. Return its last status, and the calls, sorted."""
    status = tmp_path / "pg_wal/archive_status"
    status.mkdir(parents=True)
    for name in ("0A.ready", "0B.ready", "0C.ready", "09.done"):
        (status / name).touch()
    program = tmp_path / "bin/pgbackrest"
    program.parent.mkdir()
    program.write_text(PGBACKREST)
    program.chmod(0o755)
    (tmp_path / "broken").write_text("".join(f"{number}{' silent' if silent else ''}\n" for number in broken))
    script = subject.files(backup, {"queue_bytes": most * SEGMENT}, 18)["archive.sh"]
    (tmp_path / "archive.sh").write_text(script.replace(subject.LACKS, str(tmp_path / "lacks")))
    own = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    own |= {"CALLS": str(tmp_path / "calls"), "BROKEN": str(tmp_path / "broken")}
    for _ in range(times):
        done = subprocess.run(["sh", "archive.sh", "pg_wal/0A"], cwd=tmp_path, env=own, check=False)
    return done.returncode, sorted((tmp_path / "calls").read_text().splitlines())


def test_postgresql_knows_the_server_alone(backup: Backup) -> None:
    files = subject.files(backup, PLANNED, 18)
    assert sorted(files) == ["archive.sh", "pgbackrest.conf", "send-1.conf", "send-2.conf"]
    for text in files.values():
        assert "secret" not in text
        assert "store.example.org" not in text
    for line in ("repo1-host=holdfast-backup", "repo2-host-type=tls", "pg1-path=/var/lib/postgresql/18/docker"):
        assert line in files["pgbackrest.conf"].splitlines()
    assert "pg1-path=/var/lib/postgresql/data" in subject.fetching(backup, 17)


def test_no_segment_is_fetched_ahead_into_a_spool_that_has_no_room_for_one(backup: Backup) -> None:
    fetching = subject.fetching(backup, 18)
    assert "spool" not in fetching
    assert "archive-async" not in fetching


def test_each_repository_has_a_queue_of_its_own(backup: Backup) -> None:
    files = subject.files(backup, PLANNED, 18)
    for number, other in ((1, 2), (2, 1)):
        lines = files[f"send-{number}.conf"].splitlines()
        assert not [line for line in lines if line.startswith(f"repo{other}")]
        for line in (
            "archive-async=y", f"spool-path=/var/spool/pgbackrest/{number}",
            f"lock-path=/tmp/pgbackrest-{number}", f"repo{number}-host-config=/etc/pgbackrest/pgbackrest.conf",
        ):  # fmt: skip
            assert line in lines


def test_every_repository_gets_the_segment(tmp_path: Path, backup: Backup) -> None:
    assert sent(tmp_path, backup) == (0, ["1 archive-push pg_wal/0A", "2 archive-push pg_wal/0A"])


def test_one_that_fails_holds_up_none_of_the_others(tmp_path: Path, backup: Backup) -> None:
    status, calls = sent(tmp_path, backup, 2)
    assert status == 1
    assert calls == [
        "1 archive-push pg_wal/0A",
        "1 archive-push pg_wal/0C",
        "2 archive-push pg_wal/0A",
    ]


def test_where_all_fail_nothing_further_is_tried(tmp_path: Path, backup: Backup) -> None:
    assert sent(tmp_path, backup, 1, 2) == (1, ["1 archive-push pg_wal/0A", "2 archive-push pg_wal/0A"])


def test_beyond_the_queue_the_one_that_fails_is_let_go_alone(tmp_path: Path, backup: Backup) -> None:
    status, calls = sent(tmp_path, backup, 2, most=2)
    assert status == 0
    assert [call for call in calls if "queue" in call] == ["2 --archive-push-queue-max=33554432 archive-push pg_wal/0A"]


def test_beyond_the_queue_one_that_gives_no_answer_is_let_go_too(tmp_path: Path, backup: Backup) -> None:
    status, calls = sent(tmp_path, backup, 2, most=2, silent=True, times=2)
    assert status == 0
    assert calls.count("2 archive-push pg_wal/0A") == 1
    assert calls.count("2 --archive-push-queue-max=33554432 archive-push pg_wal/0A") == 2
    assert not (tmp_path / "lacks-1").exists()
    assert (tmp_path / "lacks-2").exists()


def test_one_that_works_again_is_asked_as_the_others(tmp_path: Path, backup: Backup) -> None:
    (tmp_path / "lacks-2").touch()
    status, calls = sent(tmp_path, backup)
    assert (status, calls) == (0, ["1 archive-push pg_wal/0A", "2 archive-push pg_wal/0A"])
    assert not (tmp_path / "lacks-2").exists()
