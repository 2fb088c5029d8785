# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What pgBackRest, restic and ssh are told of a repository. The lab shows that they take it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository as Told
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_config
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import env_text, parse
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import S3, Backup, Repository, Sftp

ECDSA, ED25519 = "ecdsa-sha2-nistp256 AAAAE2Vj", "ssh-ed25519 AAAAC3Nz"
PLANNED = {"keep_days": {"full": 30}, "kept_fulls": 7, "processes": 2, "queue_bytes": 1 << 30}
VALUES = {
    "BACKUP_KEY": "ab" * 32,
    "BACKUP_1_S3_KEY": "AKID",
    "BACKUP_1_S3_SECRET": "a/b+c=$d",
    "BACKUP_2_SFTP_KEY": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----",
}


def declared(port: int = 22, host_key: str = ECDSA, **s3: Any) -> Backup:
    bucket = S3(bucket="backups", endpoint="s3.example.org", region="eu-central-1", **s3)
    place = Sftp(host="store.example.org", port=port, user="u1", path="/backups/shop", host_key=host_key)
    return Backup(repositories=(Repository(s3=bucket), Repository(sftp=place)))


def written(backup: Backup, version: int = 18) -> dict[str, str]:
    """Return the files as the secrets module writes them, by path."""
    defaults = {"mode": "0400", "owner": "0", "group": "0", "variables": None}
    entries = [defaults | each for each in backup_config.secret_files(backup, PLANNED, version)]
    options = {"directory": "/secrets", "names": [], "provided": {}, "env_files": entries, "absent_env_files": []}
    wanted, _ = parse(options, lenient=True)
    return {str(each.path): env_text(each, VALUES) or "" for each in wanted.env_files}


def test_restic_is_given_its_credentials_as_they_are(tmp_path: Path) -> None:
    env_file = tmp_path / "1.env"
    env_file.write_text(written(declared())["/etc/holdfast/backup/restic/1.env"])
    told = Told(number=1, kind="s3", where="", off_host=True, restic="", env_file=str(env_file), options=())
    restic = Restic(repository=told, run=lambda _words, _given: Result(status=0), password_file="", host="")
    words = restic.words()
    enter = words[words.index("sh") : words.index("restic")]
    shown = subprocess.run([*enter, "printenv"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert {"AWS_ACCESS_KEY_ID=AKID", "AWS_SECRET_ACCESS_KEY=a/b+c=$d"} <= set(shown)


@pytest.mark.parametrize("version", [0, 18])
def test_a_private_key_ends_its_last_line(version: int) -> None:
    files = written(declared(), version)
    assert files["/etc/holdfast/backup/restic/2.key"] == VALUES["BACKUP_2_SFTP_KEY"] + "\n"
    assert ("/etc/holdfast/backup/server/repository-2.key" in files) is bool(version)
    command = backup_config.restic(2, declared().repositories[1])["options"][1]
    assert " -i /etc/holdfast/backup/restic/2.key " in command


@pytest.mark.parametrize(("port", "name"), [(22, "store.example.org"), (23, "[store.example.org]:23")])
def test_every_key_of_a_machine_is_known(port: int, name: str) -> None:
    known = backup_config.known_hosts(declared(port, f"{ED25519}\n{ECDSA}\n"))
    assert known == f"{name} {ED25519}\n{name} {ECDSA}\n"


def test_the_server_is_told_each_repository() -> None:
    text = written(declared(path="/shop", style="path", ca="-----BEGIN CERTIFICATE-----"))
    lines = text["/etc/holdfast/backup/server/pgbackrest.conf"].splitlines()
    for line in (
        "repo1-s3-endpoint=s3.example.org",
        "repo1-s3-uri-style=path",
        "repo1-s3-key-secret=a/b+c=$d",
        "repo1-path=/shop/postgres",
        "repo1-storage-ca-file=/etc/pgbackrest/repository-1.pem",
        "repo2-sftp-host=store.example.org",
        "repo2-sftp-host-key-check-type=strict",
        # Asked for even where the whole key is compared.
        "repo2-sftp-host-key-hash-type=sha256",
        f"repo2-cipher-pass={VALUES['BACKUP_KEY']}",
    ):
        assert line in lines


@pytest.mark.parametrize(("endpoint", "port"), [("s3.example.org", None), ("s3.example.org:9000", "9000")])
def test_a_port_is_told_apart_from_the_host(endpoint: str, port: str | None) -> None:
    given = Repository(s3=S3(bucket="backups", endpoint=endpoint, region="eu-central-1"))
    options = backup_config.repository_options(1, given)
    assert (options["s3-endpoint"], options.get("storage-port")) == ("s3.example.org", port)
    assert backup_config.restic(1, given)["restic"] == f"s3:https://{endpoint}/backups/files"
