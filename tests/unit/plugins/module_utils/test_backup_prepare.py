# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Certificates and the image are made once; a first backup is waited for where it is small."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_prepare as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import WAITED_BYTES
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_choice import two
from tests.unit.plugins.module_utils.test_backup_engine import engine, running
from tests.unit.plugins.module_utils.test_backup_info import entry
from tests.unit.plugins.module_utils.test_backup_postgres import LISTED


def real(directory: Path) -> Engine:
    """Return a cluster whose programs are the machine's own."""
    postgres = settings(directory).postgres
    assert postgres is not None
    return Engine(postgres=postgres, run=runner())


def test_the_certificates_fit_and_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "chown", lambda *_: None)
    monkeypatch.setattr(os, "fchown", lambda *_: None)
    for side in ("server", "client"):
        (tmp_path / side).mkdir()
    assert subject.certificates(real(tmp_path), tmp_path)
    files = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    assert sorted(str(path.relative_to(tmp_path)) for path in files) == [
        "client/ca.crt", "client/client.crt", "client/client.key", "server/ca.crt", "server/server.crt",
        "server/server.key",
    ]  # fmt: skip
    for side, name in (("server", "holdfast-backup"), ("client", "postgres")):
        shown = subprocess.run(
            ["openssl", "x509", "-noout", "-subject", "-ext", "subjectAltName", "-in", f"{tmp_path}/{side}/{side}.crt"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert f"CN = {name}" in shown.replace("CN=", "CN = ")
        assert f"DNS:{name}" in shown
        verified = ["openssl", "verify", "-CAfile", f"{tmp_path}/{side}/ca.crt", f"{tmp_path}/{side}/{side}.crt"]
        assert subprocess.run(verified, capture_output=True, check=False).returncode == 0
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in files)
    assert not subject.certificates(real(tmp_path), tmp_path)
    assert {path: path.read_bytes() for path in files} == files


class KilledError(BaseException):
    """Stands for the end of the process, which tidies nothing up."""


def test_certificates_may_be_interrupted_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each one there is either nothing, or a whole set of one authority; and never a key of it for long."""
    monkeypatch.setattr(os, "fchown", lambda *_: None)
    for side in ("server", "client"):
        (tmp_path / side).mkdir()
    assert subject.certificates(real(tmp_path), tmp_path)
    whole = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    write, killed = atomic.write_file, 0
    for files in range(len(whole) + 1):
        # Somebody removed one: the set is made anew.
        (tmp_path / "server/server.key").unlink()
        left = iter(range(files))

        def mortal(*words: Any, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise KilledError
            write(*words)

        with monkeypatch.context() as patched:
            patched.setattr(atomic, "write_file", mortal)
            patched.setattr(shutil, "rmtree", lambda _: None)
            with contextlib.suppress(KilledError):
                subject.certificates(real(tmp_path), tmp_path)
        killed += (tmp_path / subject.MAKING / "ca.key").exists()
        assert subject.certificates(real(tmp_path), tmp_path) is (files < len(whole))
        assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == whole
        assert (tmp_path / "server/ca.crt").read_bytes() == (tmp_path / "client/ca.crt").read_bytes()
    assert killed == len(whole) + 1


def test_an_openssl_that_fails_leaves_nothing(tmp_path: Path) -> None:
    broken = World({"openssl req -x509": Result(status=1, err="no entropy")})
    with pytest.raises(FailedError, match="no entropy"):
        subject.certificates(engine(tmp_path, broken), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_private_key_is_an_argument(tmp_path: Path) -> None:
    seen = World({"openssl x509": Result(status=1)})
    with pytest.raises(FailedError):
        subject.certificates(engine(tmp_path, seen), tmp_path)
    assert {word for text in seen.seen for word in text.split() if word.startswith("-pass")} == set()
    assert set(seen.given) == {""}


def test_the_image_is_built_where_it_is_missing(tmp_path: Path) -> None:
    missing = World({"image inspect": Result(status=1)})
    assert subject.image(engine(tmp_path, missing))
    assert missing.count("docker build --quiet --tag holdfast/postgres:18-0123abcd") == 1
    there = World({})
    assert not subject.image(engine(tmp_path, there))
    assert there.count("docker build") == 0
    broken = {"image inspect": Result(status=1), "docker build": Result(status=1, err="no such package")}
    with pytest.raises(FailedError, match="no such package"):
        subject.image(engine(tmp_path, World(broken)))


def fresh(said: Result, volumes: str = "") -> World:
    """Return a host without PostgreSQL's volume, and what its repository says."""
    return World({" info": said, "volume ls": Result(status=0, out=volumes)})


def test_a_fresh_host_does_not_begin_in_a_lost_ones_place(tmp_path: Path) -> None:
    for held in ([], [entry()["backup"][0]]):
        with pytest.raises(FailedError, match=r"repository 1 \(.*\) holds the backups .* holdfast.host.recover"):
            subject.lost(engine(tmp_path, fresh(out([entry(backup=held)]))), settings(tmp_path))


def test_a_fresh_host_begins_in_an_empty_place_and_in_one_that_does_not_answer(tmp_path: Path) -> None:
    for said in (out([]), Result(status=1, err="unable to connect")):
        seen = World({"repo-ls": said, **fresh(said).answers})
        subject.lost(engine(tmp_path, seen), settings(tmp_path))
        assert seen.count(" info") == 1


def test_a_fresh_host_has_another_key_and_sees_that_something_is_there(tmp_path: Path) -> None:
    sealed = [entry(repo=[{"key": 1, "status": {"code": 99, "message": "CryptoError: not readable"}}], backup=[])]
    for listed, refused in (({"20260101-000000F": {"type": "path"}}, True), ({}, False)):
        seen = World({"repo-ls": out(listed), **fresh(out(sealed)).answers})
        with pytest.raises(FailedError, match=r"holds the backups") if refused else contextlib.nullcontext():
            subject.lost(engine(tmp_path, seen), settings(tmp_path))


def test_a_host_with_a_cluster_is_not_asked(tmp_path: Path) -> None:
    postgres = settings(tmp_path).postgres
    assert postgres is not None
    seen = fresh(out([entry()]), volumes=f"other\n{postgres.volume}\n")
    subject.lost(engine(tmp_path, seen), settings(tmp_path))
    assert seen.count(" info") == 0


# Nothing waits; the last segment seen off is the eighth.
ARCHIVER = f"0\t0\t8\t0\t\t{info.name(1, 8)}"


def cluster(said: list[dict[str, Any]], size: str = "1000", archiver: str = ARCHIVER) -> World:
    """Return a server that serves, with a repository that says something and has the segments up to the eighth."""

    def answer(_command: Sequence[str], given: str) -> Result:
        told = {"pg_is_in_recovery": "f", "pg_database_size": size, "system_identifier": "7"}
        told["pg_ls_archive_statusdir"] = archiver
        return Result(status=0, out=next(value for word, value in told.items() if word in given))

    return World({" info": out(said), "repo-ls": out(LISTED), "psql": answer} | running("postgres"))


def test_a_first_backup_is_made(tmp_path: Path) -> None:
    seen = cluster([entry(backup=[])])
    done = list(subject.ready(engine(tmp_path, seen), settings(tmp_path)))
    assert done == ["made a full backup in repository 1: it had none"]
    assert (seen.count("--type=full backup"), seen.count(" check")) == (1, 1)


def test_a_large_one_is_begun_alone(tmp_path: Path) -> None:
    seen = cluster([entry(backup=[])], size=str(WAITED_BYTES + 1))
    (done,) = subject.ready(engine(tmp_path, seen), settings(tmp_path))
    assert "was begun" in done
    assert seen.count("systemctl start --no-block holdfast-backup@full.service") == 1
    assert seen.count("--type=full backup") == 0


def test_where_there_is_one_nothing_is_done(tmp_path: Path) -> None:
    seen = cluster([entry()])
    assert list(subject.ready(engine(tmp_path, seen), settings(tmp_path))) == []
    assert seen.count("--type=full backup") == 0


def test_where_the_log_went_elsewhere_meanwhile_there_is_a_new_one(tmp_path: Path) -> None:
    seen = cluster([entry()], archiver=ARCHIVER.replace(info.name(1, 8), info.name(1, 9)))
    done = list(subject.ready(engine(tmp_path, seen), settings(tmp_path)))
    assert done == ["made a full backup in repository 1: its log has a gap"]
    assert (seen.count("--type=full backup"), seen.count(" check")) == (1, 1)


@pytest.mark.parametrize(("answers", "told"), [(["t"] * 500 + ["f"], ""), (["t", "t", ""], "does not serve")])
def test_a_server_that_recovers_is_waited_for(tmp_path: Path, answers: list[str], told: str) -> None:
    """For longer than one needs to start; one that stops meanwhile is not."""
    said = iter(answers)

    def answer(_command: Sequence[str], given: str) -> Result:
        if "pg_is_in_recovery" not in given:
            return Result(status=0, out=ARCHIVER if "archive_statusdir" in given else "7")
        now = next(said, answers[-1])
        return Result(status=0, out=now) if now else Result(status=2, err="connection refused")

    seen = World({" info": out([entry()]), "repo-ls": out(LISTED), "psql": answer} | running("postgres"))
    if told:
        with pytest.raises(FailedError, match=told):
            list(subject.ready(engine(tmp_path, seen), settings(tmp_path)))
    else:
        assert list(subject.ready(engine(tmp_path, seen), settings(tmp_path))) == []


def test_a_server_that_does_not_come_up_is_told(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="does not serve within"):
        list(subject.ready(engine(tmp_path, World({})), settings(tmp_path)))


def test_one_that_does_not_answer_keeps_the_others_from_nothing_and_is_told(tmp_path: Path) -> None:
    silent = {"--repo=2 info": Result(status=1, err="no route")}
    seen = World({**silent, **cluster([entry(backup=[])]).answers})
    problems: list[str] = []
    done: list[str] = []
    with subject.collecting(problems):
        done.extend(subject.ready(engine(tmp_path, seen), two(settings(tmp_path))))
    assert done == ["made a full backup in repository 1: it had none"]
    assert problems == ["repository 2: no route"]
    # The check of all would fail with the one.
    assert (seen.count("--type=full backup"), seen.count(" check")) == (1, 0)


def test_what_is_refused_is_no_silence() -> None:
    problems: list[str] = []
    with pytest.raises(FailedError, match="another"), subject.collecting(problems):
        raise FailedError("another cluster")

    def unreached() -> None:
        raise FilesError("no route")

    with subject.collecting(problems):
        unreached()
    assert problems == ["no route"]
