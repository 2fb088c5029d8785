# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The two sides of pgBackRest, and restic, are told where; secrets have their names alone."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository as Told
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_config as subject
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import env_text, parse
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section

S3 = {"bucket": "shelf", "endpoint": "s3.example.org:9000", "region": "eu", "path": "/shop", "style": "path",
      "ca": "-----BEGIN CERTIFICATE-----\nx"}  # fmt: skip
SFTP = {"host": "store.example.org", "port": 23, "user": "u1", "path": "/backups", "host_keys": ["ssh-ed25519 AAAA"]}
PLANNED: dict[str, Any] = {
    "keep_days": {"full": 30}, "processes": 2, "queue_bytes": 2**30,
}  # fmt: skip

VALUES = {
    "BACKUP_KEY": "ab" * 32,
    "BACKUP_1_S3_KEY": "AKID",
    "BACKUP_1_S3_SECRET": "a/b+c=$d",
    "BACKUP_2_SFTP_KEY": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----",
}


def written(backup: Backup, version: int = 18) -> dict[str, str]:
    """Return the files as the secrets module writes them, by path."""
    defaults = {"mode": "0400", "owner": "0", "group": "0", "variables": None}
    entries = [defaults | each for each in subject.secret_files(backup, PLANNED, version)]
    options = {"directory": "/secrets", "names": [], "provided": {}, "env_files": entries, "absent_env_files": []}
    wanted, _ = parse(options, lenient=True)
    return {str(each.path): env_text(each, VALUES) or "" for each in wanted.env_files}


def declared(*repositories: dict[str, Any]) -> Backup:
    value, findings = Section(shape=Backup).read({"repositories": list(repositories)}, "backup")
    assert findings == []
    assert isinstance(value, Backup)
    return value


def test_the_server_knows_the_repositories() -> None:
    text = subject.server(declared({"s3": S3}, {"sftp": SFTP}, {"local": {"path": "/backups"}}), PLANNED, 18)
    lines = text.splitlines()
    for line in (
        "repo1-type=s3", "repo1-path=/shop/postgres", "repo1-storage-port=9000", "repo1-s3-endpoint=s3.example.org",
        "repo1-s3-key=${secret:BACKUP_1_S3_KEY}", "repo1-s3-uri-style=path", "repo1-cipher-pass=${secret:BACKUP_KEY}",
        "repo1-storage-ca-file=/etc/pgbackrest/repository-1.pem", "repo2-sftp-host-key-check-type=strict",
        "repo2-type=sftp", "repo3-type=posix", "repo3-path=/var/lib/pgbackrest/3", "repo1-retention-full=30",
        "process-max=2", "tls-server-auth=postgres=main",
        "pg1-path=/var/lib/postgresql/18/docker",
    ):  # fmt: skip
        assert line in lines
    # By hand nobody removes log; each backup says itself how much of it goes.
    assert not any("retention-archive" in line for line in lines)
    assert "pg1-path=/var/lib/postgresql/data" in subject.server(declared({"local": {"path": "/b"}}), PLANNED, 17)


def test_restic_reaches_the_same_places() -> None:
    s3, sftp, local = declared({"s3": S3}, {"sftp": SFTP}, {"local": {"path": "/backups"}}).repositories
    found = subject.restic(1, s3)
    assert found["restic"] == "s3:https://s3.example.org:9000/shelf/shop/files"
    assert found["variables"]["AWS_SECRET_ACCESS_KEY"] == "${secret:BACKUP_1_S3_SECRET}"
    assert "s3.bucket-lookup=path" in found["options"]
    options = " ".join(subject.restic(2, sftp)["options"])
    assert "-p 23 -l u1 -i /etc/holdfast/backup/restic/2.key -o" in options
    assert "StrictHostKeyChecking=yes" in options
    assert subject.restic(3, local) == {"restic": "/backups/files", "options": [], "variables": {}}


def test_an_address_of_ipv6_is_no_path() -> None:
    (plain,) = declared({"sftp": SFTP}).repositories
    assert subject.restic(1, plain)["restic"] == "sftp:u1@store.example.org:/backups/files"
    (address,) = declared({"sftp": SFTP | {"host": "2001:db8::1"}}).repositories
    found = subject.restic(1, address)
    # What follows the first slash is the path: an absolute one begins with another.
    assert found["restic"] == "sftp://u1@[2001:db8::1]//backups/files"
    assert found["options"][1].endswith(" 2001:db8::1 -s sftp")


def test_known_hosts() -> None:
    assert subject.known_hosts(declared({"sftp": SFTP})) == "[store.example.org]:23 ssh-ed25519 AAAA\n"
    assert subject.known_hosts(declared({"sftp": SFTP | {"port": 22}})) == "store.example.org ssh-ed25519 AAAA\n"


def test_files_with_secrets_are_their_readers_alone() -> None:
    files = {each["path"]: each for each in subject.secret_files(declared({"s3": S3}, {"sftp": SFTP}), PLANNED, 18)}
    assert set(files) == {
        "/etc/holdfast/backup/server/pgbackrest.conf", "/etc/holdfast/backup/server/repository-2.key",
        "/etc/holdfast/backup/restic/1.env", "/etc/holdfast/backup/restic/2.key",
    }  # fmt: skip
    assert all(each["mode"] == "0400" for each in files.values())
    lines = files["/etc/holdfast/backup/restic/1.env"]["content"].splitlines()
    assert lines[0] == "AWS_ACCESS_KEY_ID=${secret:BACKUP_1_S3_KEY}"
    assert files["/etc/holdfast/backup/server/repository-2.key"]["content"] == "${secret:BACKUP_2_SFTP_KEY}\n"
    assert len(list(subject.secret_files(declared({"s3": S3}), PLANNED, 0))) == 1


def test_credentials_of_what_is_declared_no_more_are_stale() -> None:
    """Of a number that is gone, of a kind that another took the number of, and of PostgreSQL."""
    many = declared({"sftp": SFTP}, {"s3": S3}, {"sftp": SFTP}, {"s3": S3})
    former = {each["path"] for each in subject.secret_files(many, PLANNED, 18)}
    for repositories, version in (([{"s3": S3}], 18), ([{"sftp": SFTP}, {"local": {"path": "/b"}}], 0)):
        now = {each["path"] for each in subject.secret_files(declared(*repositories), PLANNED, version)}
        stale = subject.stale(now)
        assert former - now <= set(stale)
        assert now.isdisjoint(stale)
    assert "/etc/holdfast/backup/server/pgbackrest.conf" in stale


def test_restic_is_given_its_credentials_as_they_are(tmp_path: Path) -> None:
    env_file = tmp_path / "1.env"
    env_file.write_text(written(declared({"s3": S3}))["/etc/holdfast/backup/restic/1.env"])
    told = Told(number=1, kind="s3", where="", off_host=True, restic="", env_file=str(env_file), options=())
    restic = Restic(repository=told, run=lambda _words, _given: Result(status=0), password_file="", host="")
    words = restic.words()
    enter = words[words.index("sh") : words.index("restic")]
    shown = subprocess.run([*enter, "printenv"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert {"AWS_ACCESS_KEY_ID=AKID", "AWS_SECRET_ACCESS_KEY=a/b+c=$d"} <= set(shown)


@pytest.mark.parametrize("version", [0, 18])
def test_a_private_key_ends_its_last_line(version: int) -> None:
    files = written(declared({"s3": S3}, {"sftp": SFTP}), version)
    assert files["/etc/holdfast/backup/restic/2.key"] == VALUES["BACKUP_2_SFTP_KEY"] + "\n"
    assert ("/etc/holdfast/backup/server/repository-2.key" in files) is bool(version)


@pytest.mark.parametrize(("endpoint", "port"), [("s3.example.org", None), ("s3.example.org:9000", "9000")])
def test_a_port_is_told_apart_from_the_host(endpoint: str, port: str | None) -> None:
    (given,) = declared({"s3": {"bucket": "backups", "endpoint": endpoint, "region": "eu-central-1"}}).repositories
    options = subject.repository_options(1, given)
    assert (options["s3-endpoint"], options.get("storage-port")) == ("s3.example.org", port)
    assert subject.restic(1, given)["restic"] == f"s3:https://{endpoint}/backups/files"
