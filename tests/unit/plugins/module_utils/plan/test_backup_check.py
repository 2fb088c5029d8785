# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is wrong with a declaration of backups is told at once, and so is what it leaves without a copy."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_check as subject
from tests.planning import COMPOSE, wish

LOCAL = {"repositories": [{"local": {"path": "/backups"}}]}
S3 = {"bucket": "backups", "endpoint": "s3.example.org", "region": "eu-central-1"}


def paths(backup: dict[str, Any] | None, compose: str = COMPOSE, **changes: Any) -> list[tuple[str, str]]:
    found = subject.findings(wish(compose, backup=backup, **changes))
    return [(each.path.removeprefix("holdfast_stack."), each.level) for each in found]


def test_nothing_declared_is_told() -> None:
    assert paths(None) == [("backup.repositories", "warning")]


def test_local_alone_is_told() -> None:
    assert paths(LOCAL) == [("backup.repositories", "warning")]


def test_credentials_must_be_given() -> None:
    assert paths({"repositories": [{"s3": S3}]}) == [
        ("app_secrets.BACKUP_1_S3_KEY", "error"), ("app_secrets.BACKUP_1_S3_SECRET", "error"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("backup", "path"),
    [
        ({"repositories": [{}]}, "backup.repositories[0]"),
        ({"repositories": [{"local": {"path": "/a"}, "s3": S3}]}, "backup.repositories[0]"),
        ({"repositories": [{"local": {"path": f"/{each}"}} for each in range(5)]}, "backup.repositories"),
        ({"repositories": [{"local": {"path": "/a"}}, {"local": {"path": "/a/"}}]}, "backup.repositories[1]"),
        ({"repositories": [{"s3": S3}, {"s3": S3 | {"path": "/x"}}, {"s3": S3}]}, "backup.repositories[2]"),
        (LOCAL | {"keep": {"full": "3d", "wal": "7d"}}, "backup.keep.wal"),
        (LOCAL | {"volumes": {"media": {}}}, "backup.volumes.media"),
    ],
)
def test_errors(backup: dict[str, Any], path: str) -> None:
    assert (path, "error") in paths(backup)


def test_places_of_their_own() -> None:
    two = {"repositories": [{"s3": S3}, {"s3": S3 | {"path": "/x"}}, {"local": {"path": "/a"}}]}
    assert "backup.repositories[1]" not in [path for path, _ in paths(two)]


def test_a_setting_that_the_archive_decides() -> None:
    given = {"postgres": {"settings": {"archive_command": "/bin/true"}}}
    assert ("stores.postgres.settings.archive_command", "error") in paths(LOCAL, stores=given)


def test_a_volume_that_nobody_copies_is_told() -> None:
    compose = COMPOSE + "    volumes: ['media:/media']\nvolumes: {media: {}}\n"
    assert ("compose.volumes.media", "warning") in [
        (each.path, each.level) for each in subject.findings(wish(compose, backup=LOCAL))
    ]
    named = LOCAL | {"volumes": {"media": {"pause": ["nobody"]}}}
    assert ("backup.volumes.media.pause", "error") in paths(named, compose)


@pytest.mark.parametrize(
    ("keys", "warned"),
    [
        ("ssh-ed25519 AAAAC3Nz", True),
        ("ecdsa-sha2-nistp256 AAAAE2Vj", False),
        (["ssh-ed25519 AAAAC3Nz", "ecdsa-sha2-nistp521 AAAAE2Vj"], False),
    ],
)
def test_a_machine_without_its_ecdsa_key_is_pointed_at(keys: str | list[str], warned: bool) -> None:
    place = {"host": "store.example.org", "user": "u1", "path": "/backups", "host_keys": keys}
    found = paths({"repositories": [{"sftp": place}]})
    pointed = [level for path, level in found if path.endswith("repositories[0].sftp.host_keys")]
    assert pointed == (["warning"] if warned else [])
