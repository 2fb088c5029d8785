# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How far a database is brought is said without doubt, and files are fetched into a volume that Compose knows."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import backup_restore as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("latest", "", []),
        ("immediate", "", ["--type=immediate", "--target-action=promote"]),
        ("lsn", "0/3000028", ["--type=lsn", "--target=0/3000028", "--target-action=promote"]),
        ("time", "2026-01-31 13:05:00+01:00",
         ["--type=time", "--target=2026-01-31 13:05:00.000000+0100", "--target-action=promote"]),
        ("time", "2026-01-31 12:05:00+00",
         ["--type=time", "--target=2026-01-31 12:05:00.000000+0000", "--target-action=promote"]),
        ("time", "2026-01-31T12:05:00Z",
         ["--type=time", "--target=2026-01-31 12:05:00.000000+0000", "--target-action=promote"]),
    ],
)  # fmt: skip
def test_targets(kind: str, value: str, words: list[str]) -> None:
    assert subject.read_target(kind, value).words() == words


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("time", "2026-01-31 13:05:00", "no moment with a zone"), ("time", "yesterday", "no moment with a zone"),
        ("time", "2026-01-31", "no moment with a zone"),
        ("time", "", "needs a value"), ("latest", "x", "takes no value"), ("xid", "5", "none of latest"),
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused(kind: str, value: str, said: str) -> None:
    with pytest.raises(FailedError, match=said):
        subject.read_target(kind, value)


def test_a_backup_is_asked_for() -> None:
    assert "--set=LABEL" in subject.read_target("name", "x", backup="LABEL").words()
    with pytest.raises(FailedError, match="immediate takes the backup as its value: immediate LABEL"):
        subject.read_target("immediate", "", backup="LABEL")


@given(
    st.datetimes(timezones=st.integers(-14 * 4, 14 * 4).map(lambda q: timezone(timedelta(minutes=15 * q)))),
    st.sampled_from([" ", "T"]),
    st.sampled_from(["%z", "%:z", " %:z"]),
)
def test_every_moment_is_read_on_every_python(at: datetime, between: str, zone: str) -> None:
    offset = at.strftime("%z")
    shown = offset if zone == "%z" else zone.replace("%:z", f"{offset[:3]}:{offset[3:]}")
    assert subject.moment(f"{at.replace(tzinfo=None).isoformat(between)}{shown}") == at


def test_what_python_3_10_is_given_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fromisoformat takes offsets with minutes, and three or six digits of a second."""

    class Strict(datetime):
        @classmethod
        def fromisoformat(cls, text: str, /) -> Strict:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d", text)
            return super().fromisoformat(text)

    monkeypatch.setattr(subject, "datetime", Strict)
    second = datetime(2026, 1, 31, 12, 5, 7, tzinfo=timezone.utc)
    for text, part in (
        ("2026-01-31 13:05:07+01", 0), ("2026-01-31 13:05:07.12345+01", 123450), ("2026-01-31T12:05:07.5Z", 500000),
        (" 2026-01-31 12:05:07.123456789Z ", 123456), ("2026-01-31 06:35:07 -0530", 0),
    ):  # fmt: skip
        assert subject.moment(text) == second.replace(microsecond=part)
    assert subject.moment("2026-01-31 13:05+01") == second.replace(second=0)


@pytest.mark.parametrize(
    "text",
    ["2026-01-31 13:05:00", "2026-01-31", "2026-02-30 13:05:00Z", "2026-01-31 25:05:00Z", "2026-01-31 13:05:00 CET",
     "2026-01-31 13:05:00+", "2026-01-31 13:05:00+1", "2026-01-31 13:05:00.Z", "2026-01-31 13:05:00Z'; --", ""],
)  # fmt: skip
def test_nothing_else_is_a_moment(text: str) -> None:
    with pytest.raises(FailedError, match="no moment with a zone"):
        subject.moment(text)


def test_one_repository_and_some_databases() -> None:
    words = subject.read_target("latest", "", repository=2, databases=["app"]).words()
    assert words == ["--repo=2", "--db-include=app"]


def test_a_backup_and_a_timeline_that_were_chosen() -> None:
    latest = subject.Target(backup="20260101-000000F", timeline=2)
    assert latest.words() == ["--set=20260101-000000F"]
    exact = replace(latest, kind="lsn", value="0/3000028", exclusive=True).words()
    assert exact[:2] == ["--set=20260101-000000F", "--target-timeline=2"]
    assert "--target-exclusive" in exact


def test_files_are_fetched_by_who_knows_the_repositories(tmp_path: Path) -> None:
    world = World({})
    elsewhere = settings(tmp_path, repositories=GIVEN["repositories"])
    subject.fetch(engine(tmp_path, world), elsewhere, "data", subject.Target(), delta=True)
    listed, command = world.seen
    # The container of a fetch that was killed goes on: it is looked for first.
    assert "--filter label=org.holdfast.fetches=data" in listed
    assert "--label org.holdfast.fetches=data --memory 268435456" in command
    assert "--volume data:/var/lib/postgresql --volume /etc/holdfast/backup/server:/etc/pgbackrest:ro" in command
    assert "holdfast/postgres:18-0123abcd --stanza=main --recovery-option=restore_command=pgbackrest" in command
    assert command.endswith(" --delta restore")
    broken = World({"restore": Result(status=75, err="no backup set")})
    with pytest.raises(FailedError, match="no backup set"):
        subject.fetch(engine(tmp_path, broken), settings(tmp_path), "data", subject.Target())


@pytest.mark.parametrize(("status", "told"), [(0, 0), (1, 1), (38, 255), (102, 255)])
def test_only_the_end_of_the_log_ends_a_recovery(tmp_path: Path, status: int, told: int) -> None:
    command = subject.got(subject.Target(repository=2)).removeprefix("--recovery-option=restore_command=")
    assert command.startswith('pgbackrest --repo=2 --stanza=main archive-get %f "%p" ||')
    program = tmp_path / "pgbackrest"
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)
    done = subprocess.run(["/bin/sh", "-c", command], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False)
    assert done.returncode == told


def test_all_files_of_a_repository_are_read_by_one_container(tmp_path: Path) -> None:
    world = World({"docker run": Result(status=0, out="1\t0/60\n\0two\n\0")})
    paths = ["archive/00000002.history", "archive/00000003.history"]
    assert subject.texts(engine(tmp_path, world), settings(tmp_path), 2, paths) == ["1\t0/60\n", "two\n"]
    (command,) = world.seen
    assert command.endswith(f" --repo=2 {' '.join(paths)}")
    assert subject.texts(engine(tmp_path, World({})), settings(tmp_path), 2, []) == []
    broken = World({"docker run": Result(status=55, err="unable to find it")})
    with pytest.raises(FailedError, match="unable to find it"):
        subject.texts(engine(tmp_path, broken), settings(tmp_path), 2, paths)


@pytest.mark.parametrize(("lost", "status", "out"), [("none", 0, "one\0two\0"), ("two", 55, "one\0")])
def test_one_file_that_is_not_there_ends_the_reading(tmp_path: Path, lost: str, status: int, out: str) -> None:
    program = tmp_path / "pgbackrest"
    program.write_text(f'#!/bin/sh\n[ "$*" = "--repo=2 --stanza=main repo-get $4" ] || exit 1\n'
                       f'[ "$4" != {lost} ] || exit 55\nprintf %s "$4"\n')  # fmt: skip
    program.chmod(0o755)
    command = ["/bin/sh", "-c", subject.TEXTS, "--repo=2", "one", "two"]
    done = subprocess.run(
        command, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (status, out)


def test_a_fetch_that_was_killed_ends_before_the_next(tmp_path: Path) -> None:
    world = World({"docker ps": [Result(status=0, out="old\n"), Result(status=0)]})
    subject.end_fetch(engine(tmp_path, world), "data")
    assert "docker rm --force --volumes old" in world.seen
    stuck = World({"docker ps": Result(status=0, out="old\n")})
    with pytest.raises(FailedError, match="old: could not be removed"):
        subject.end_fetch(engine(tmp_path, stuck), "data")


def test_a_volume_that_compose_takes_for_its_own(tmp_path: Path) -> None:
    world = World({})
    subject.make_volume(engine(tmp_path, world), "shop-stores", "holdfast-postgres", "shop-stores_postgres")
    labels = "--label com.docker.compose.project=shop-stores --label com.docker.compose.volume=holdfast-postgres"
    assert world.seen == [f"docker volume create {labels} shop-stores_postgres"]


def test_a_server_that_recovers(tmp_path: Path) -> None:
    runs = {"docker inspect": Result(status=0, out=json.dumps({"Running": True}))}
    assert subject.started(engine(tmp_path, World(runs | {"psql": Result(status=0, out="f\n")})), "a")
    assert not subject.started(engine(tmp_path, World(runs | {"psql": Result(status=0, out="t\n")})), "a")
    assert not subject.started(engine(tmp_path, World(runs | {"psql": Result(status=2, err="starting up")})), "a")
    for count, ended in ((4, False), (5, True)):
        again = Result(status=0, out=json.dumps({"Running": True, "Restarting": True}) + f"\t{count}\n")
        world = World(
            {"docker inspect": again, "docker logs": Result(status=0, err="not reached"), "psql": Result(status=1)}
        )
        assert subject.restarts(engine(tmp_path, world), "a") == count
        with pytest.raises(FailedError, match="not reached") if ended else contextlib.nullcontext():
            assert not subject.started(engine(tmp_path, world), "a")
    stopped = {"docker inspect": Result(status=0, out=json.dumps({"Running": False}))}
    stopped |= {"docker logs": Result(status=0, err="could not locate")}
    with pytest.raises(FailedError, match="could not locate"):
        subject.started(engine(tmp_path, World(stopped)), "a")
