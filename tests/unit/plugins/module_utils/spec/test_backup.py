# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The declaration of backups is read, and refused where it promises what cannot be."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import DAY, Backup, Local
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section

SFTP = {"host": "store.example.org", "user": "u1", "path": "/backups", "host_keys": "ssh-ed25519 AAAA"}
S3 = {"bucket": "backups", "endpoint": "s3.example.org", "region": "eu-central-1"}


def read(**given: Any) -> tuple[Backup, list[str]]:
    value, findings = Section(shape=Backup).read(given, "backup")
    return value, [each.path for each in findings]


def test_little_is_enough() -> None:
    found, wrong = read(repositories=[{"s3": S3}, {"sftp": SFTP}, {"local": {"path": "/backups"}}])
    assert wrong == []
    assert [each.kinds() for each in found.repositories] == [["s3"], ["sftp"], ["local"]]
    assert (found.rpo, found.full, found.keep.full, found.keep.wal) == (60, "daily", 30 * DAY, 7 * DAY)
    assert found.repositories[1].sftp is not None
    assert found.repositories[1].sftp.host_keys == ("ssh-ed25519 AAAA",)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"rpo": "5s"}, "backup.rpo"), ({"at": "25:00"}, "backup.at"), ({"full": "hourly"}, "backup.full"),
        ({"keep": {"wal": "1h"}}, "backup.keep.wal"), ({"assertions": ["drop table x"]}, "backup.assertions[0]"),
        ({"repositories": [{"s3": S3 | {"bucket": "UP"}}]}, "backup.repositories[0].s3.bucket"),
        ({"repositories": [{"s3": S3 | {"endpoint": "https://s3.example.org"}}]}, "backup.repositories[0].s3.endpoint"),
        ({"repositories": [{"s3": S3 | {"path": "a\nb"}}]}, "backup.repositories[0].s3.path"),
        ({"repositories": [{"sftp": SFTP | {"host": "-oProxyCommand=x"}}]}, "backup.repositories[0].sftp.host"),
        ({"repositories": [{"sftp": SFTP | {"host_keys": "nonsense"}}]}, "backup.repositories[0].sftp.host_keys"),
        ({"repositories": [{"local": {"path": "/a/../etc"}}]}, "backup.repositories[0].local.path"),
    ],
)  # fmt: skip
def test_what_cannot_be(given: dict[str, Any], path: str) -> None:
    assert read(**given)[1] == [path]


@pytest.mark.parametrize("path", ["/", "/a", "/a/", "/srv/back-ups/shop.v2/_x", "/-a"])
def test_paths(path: str) -> None:
    found, wrong = read(repositories=[{"local": {"path": path}}])
    assert wrong == []
    assert found.repositories[0].local == Local(path=path)


@pytest.mark.parametrize(
    "path", ["", "a", "//", "/a//b", "/..", "/a/../b", "/a/.b", "/a b", "/a\n", "/a\nrepo1-type=posix", "/a=b", "/$x",
             "/" + "a" * 5000 + " b", "/" + "a/" * 5000 + "?"],
)  # fmt: skip
def test_what_is_no_path_is_refused_at_once(path: str) -> None:
    begun = time.process_time()
    assert read(repositories=[{"local": {"path": path}}])[1] == ["backup.repositories[0].local.path"]
    assert time.process_time() - begun < 1


# What would begin a line of its own in pgbackrest.conf or known_hosts, or another word of ssh's or restic's.
ENDS = ("\n", "\nx", " x", "'", '"', "$(x)", "#", "\x00")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        *(("s3", name) for name in ("bucket", "endpoint", "region", "path")),
        *(("sftp", name) for name in ("host", "user", "path", "host_keys")),
        ("local", "path"),
    ],
)
def test_no_value_ends_its_place_in_a_configuration(kind: str, field: str, end: str) -> None:
    plain = {"s3": S3 | {"path": "/shop"}, "sftp": SFTP, "local": {"path": "/backups"}}[kind]
    assert read(repositories=[{kind: plain}])[1] == []
    found = read(repositories=[{kind: plain | {field: f"{plain[field]}{end}"}}])[1]
    assert found == [f"backup.repositories[0].{kind}.{field}"]
