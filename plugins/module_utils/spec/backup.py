# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where backups go, how often, how long they are kept, and what the work may use of the host."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    PORT,
    Choice,
    ListOf,
    MapOf,
    Measure,
    OneOrMore,
    Text,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.reserves import Reserve
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import SERVICE
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_duration

DAY = 86_400
# The least that an archive can promise over a network: a segment is closed, sent and confirmed within it.
LEAST_RPO = 20


def _bounded(low: float, high: float) -> Measure:
    def read(raw: object) -> float:
        value = parse_duration(raw)
        if not low <= value <= high:
            raise ValueError(f"{value} s is out of bounds")
        return value

    return Measure(accepts=f"a duration from {_said(low)} to {_said(high)}", parser=read)


def _said(seconds: float) -> str:
    return f"{seconds / DAY:g}d" if seconds >= DAY else f"{seconds:g}s"


DAYS = _bounded(DAY, 3650 * DAY)
_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
# One way alone to take a path apart: another has a long name tried in as many ways as it has letters, doubled by each.
DIRECTORY = Text(accepts="an absolute path such as /backups/shop", pattern=rf"/({_PART}/)*({_PART})?")
HOST_KEY = Text(accepts="a public key such as ssh-ed25519 AAAA...", pattern=r"(ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]+")


@dataclass(frozen=True, kw_only=True)
class S3:
    """A bucket of a storage that speaks S3."""

    bucket: str = key(
        Text(accepts="a bucket's name", pattern=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"), "the bucket", example="backups"
    )
    endpoint: str = key(
        Text(accepts="a host name, with :port where it is not 443", pattern=r"[a-z0-9][a-z0-9.-]+(:\d{1,5})?"),
        "the host that answers, without the bucket",
        example="s3.example.org",
    )
    region: str = key(Text(accepts="a region", pattern=r"[A-Za-z0-9-]+"), "the region", example="eu-central-1")
    path: str = key(DIRECTORY, "where in the bucket", default="/", example="/shop")
    style: str = key(
        Choice(choices=("host", "path")),
        "whether the bucket is part of the host's name or of the path",
        default="host",
        example="path",
    )
    ca: str | None = key(
        Text(accepts="certificates, PEM", pattern=r"\s*-----BEGIN CERTIFICATE-----.*"),
        "authorities of the endpoint's certificate, where it is none that systems know",
        default=None,
        example="\"{{ lookup('file', 'ca.pem') }}\"",
    )


@dataclass(frozen=True, kw_only=True)
class Sftp:
    """A directory on a machine that speaks SFTP."""

    host: str = key(
        Text(accepts="a host name or address", pattern=r"[A-Za-z0-9][A-Za-z0-9.:-]*"),
        "the machine",
        example="store.example.org",
    )
    port: int = key(PORT, "its port", default=22, example="23")
    user: str = key(
        Text(accepts="a user's name", pattern=r"[A-Za-z0-9_][A-Za-z0-9_.-]*"), "who logs in", example="u12345"
    )
    path: str = key(DIRECTORY, "where on it", example="/backups/shop")
    host_keys: tuple[str, ...] = key(
        OneOrMore(entry=HOST_KEY),
        "the machine's own keys, all of them, for who logs in chooses the kind (ssh-keyscan shows them, where it is "
        "trusted): nobody else is talked to",
        example="[ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI..., ecdsa-sha2-nistp256 AAAAE2VjZHNh...]",
    )


@dataclass(frozen=True, kw_only=True)
class Local:
    """A directory of this host: another disk, or a share that is mounted there."""

    path: str = key(DIRECTORY, "the directory", example="/var/backups/holdfast")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """One place to which backups go; each has all of them."""

    s3: S3 | None = key(
        Section(shape=S3), "a bucket; its key and secret are BACKUP_<n>_S3_KEY and BACKUP_<n>_S3_SECRET in app_secrets",
        default=None, example="{bucket: backups, endpoint: s3.example.org, region: eu-central-1}",
    )  # fmt: skip
    sftp: Sftp | None = key(
        Section(shape=Sftp), "a directory over SFTP; its private key is BACKUP_<n>_SFTP_KEY in app_secrets",
        default=None, example="{host: store.example.org, user: u1, path: /backups, host_keys: ssh-ed25519 AAAA...}",
    )  # fmt: skip
    local: Local | None = key(
        Section(shape=Local), "a directory of this host, which is lost with it", default=None,
        example="{path: /var/backups/holdfast}",
    )  # fmt: skip

    def kinds(self) -> list[str]:
        """Return which of the kinds are declared; one of them should be."""
        return [kind for kind in ("s3", "sftp", "local") if getattr(self, kind) is not None]


@dataclass(frozen=True, kw_only=True)
class Keep:
    """How long each kind of backup is kept. Fulls and the log are two windows."""

    full: float = key(DAYS, "full backups: the host can go back to each of them", default=30 * DAY, example="30d")
    wal: float = key(
        DAYS,
        "the write-ahead log: within this the database can go back to any second; of an older full, only to its end",
        default=7 * DAY,
        example="7d",
    )
    dumps: float = key(DAYS, "exports (pg_dump)", default=30 * DAY, example="30d")
    files: float = key(DAYS, "volumes, Redis and the host's own files", default=30 * DAY, example="14d")


@dataclass(frozen=True, kw_only=True)
class Volume:
    """How a volume of the application's is copied."""

    pause: tuple[str, ...] = key(
        ListOf(entry=SERVICE), "services that are stopped while it is copied, and come back", default=(),
        example="[search]",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Backup(Reserve):
    """Backups: where to, how often, how long; and what the work may use of the host."""

    repositories: tuple[Repository, ...] = key(
        ListOf(entry=Section(shape=Repository)),
        "where they go, one to four places; without one there is no backup, and the plan warns of it",
        default=(),
        example="[{s3: {bucket: backups, endpoint: s3.example.org, region: eu-central-1}}]",
    )
    rpo: float = key(
        _bounded(LEAST_RPO, DAY),
        "how much of the database's last work may be lost with the host",
        default=60.0,
        example="60s",
    )
    at: str = key(
        Text(accepts='a time of the day such as "02:30", quoted, UTC', pattern=r"([01]\d|2[0-3]):[0-5]\d"),
        "when the daily work begins, within half an hour",
        default="02:30",
        example='"02:30"',
    )
    full: str = key(Choice(choices=("daily", "weekly")), "full backups", default="daily", example="weekly")
    incremental: str = key(
        Choice(choices=("never", "hourly", "daily")), "incremental backups between", default="never", example="hourly"
    )
    dumps: str = key(
        Choice(choices=("never", "daily", "weekly")), "exports of each database", default="daily", example="weekly"
    )
    files: str = key(
        Choice(choices=("hourly", "daily")),
        "copies of Redis, of volumes and of the host's own files",
        default="hourly",
        example="daily",
    )
    drill: str = key(
        Choice(choices=("never", "daily", "weekly", "monthly")),
        "a restore beside the server, to a random second, with all data compared",
        default="weekly",
        example="daily",
    )
    assertions: tuple[str, ...] = key(
        ListOf(
            entry=Text(
                accepts="a query that returns one true or false, after the name of its database and a colon or without",
                pattern=r"(?:[A-Za-z_][\w-]*:)?\s*(?i:select)\b.*",
            )
        ),
        "queries that a drill asks of what it restored, of the first database unless another is named; each must say "
        "true at any second",
        default=(),
        example='[select count(*) > 0 from customers, "stats: select true"]',
    )
    keep: Keep = key(Section(shape=Keep), "how long", default=Keep(), example="{full: 30d, wal: 7d}")
    volumes: dict[str, Volume] = key(
        MapOf(entry=Section(shape=Volume)), "volumes of the Compose file that are copied, by their key", default={},
        example="{media: {}}",
    )  # fmt: skip
