# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The configuration of pgBackRest's server and of restic, as text in which secrets have their names alone.

The server, beside PostgreSQL, has the repositories' credentials and the key. PostgreSQL's container has a certificate
that lets it archive to that server, and nothing else.

Sources: the configuration reference of pgBackRest; the restic manual, "Preparing a new repository".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.backup import KEY, credentials
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import POSTGRES_SUPERUSER, STANZA, STORES
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import S3, Backup, Repository, Sftp

DIRECTORY = "/etc/holdfast/backup"
RESTIC = f"{DIRECTORY}/restic"
# Where both containers have their side of it.
INSIDE = "/etc/pgbackrest"
LOCAL = "/var/lib/pgbackrest/{number}"
MOST_REPOSITORIES = 4
# Of the certificates: whom the server lets in.
CLIENT_NAME = "postgres"
Options = dict[str, str]


def _ref(name: str) -> str:
    return f"${{secret:{name}}}"


def below(path: str, name: str) -> str:
    """Return a path below a repository's own, where pgBackRest's and restic's files lie apart."""
    return f"{path.rstrip('/')}/{name}"


def _s3(number: int, s3: S3) -> Options:
    names = credentials(number, Repository(s3=s3))
    host, _, port = s3.endpoint.partition(":")
    found = {
        "type": "s3",
        "path": below(s3.path, "postgres"),
        "s3-bucket": s3.bucket,
        "s3-endpoint": host,
        "s3-region": s3.region,
        "s3-uri-style": s3.style,
        "s3-key": _ref(names["key"]),
        "s3-key-secret": _ref(names["secret"]),
    }
    if port:
        found["storage-port"] = port
    if s3.ca:
        found["storage-ca-file"] = f"{INSIDE}/repository-{number}.pem"
    return found


def _sftp(number: int, sftp: Sftp) -> Options:
    return {
        "type": "sftp",
        "path": below(sftp.path, "postgres"),
        "sftp-host": sftp.host,
        "sftp-host-port": str(sftp.port),
        "sftp-host-user": sftp.user,
        "sftp-private-key-file": f"{INSIDE}/repository-{number}.key",
        "sftp-host-key-check-type": "strict",
        "sftp-known-host": f"{INSIDE}/known_hosts",
        "sftp-host-key-hash-type": "sha256",
    }


def repository_options(number: int, repository: Repository) -> Options:
    """Return where a repository is, for the server: option without its prefix to value."""
    if repository.s3:
        return _s3(number, repository.s3)
    if repository.sftp:
        return _sftp(number, repository.sftp)
    return {"type": "posix", "path": LOCAL.format(number=number)}


def mount(version: int) -> str:
    """Return where PostgreSQL's volume is mounted.

    From 18 on the official image keeps its data one level up, so that an upgrade can link instead of copy.
    """
    return "/var/lib/postgresql" if version >= 18 else "/var/lib/postgresql/data"


def data(version: int) -> str:
    """Return the data directory in it."""
    return f"{mount(version)}/{version}/docker" if version >= 18 else mount(version)


def stanza(version: int) -> list[str]:
    """Return the cluster, as both sides are told of it. version: PostgreSQL's."""
    return [
        "",
        f"[{STANZA}]",
        f"pg1-path={data(version)}",
        "pg1-socket-path=/var/run/postgresql",
        f"pg1-user={POSTGRES_SUPERUSER}",
        "pg1-database=postgres",
    ]


def server(backup: Backup, planned: Mapping[str, Any], version: int) -> str:
    """Return the server's configuration. planned: the plan's part. version: PostgreSQL's."""
    lines = ["[global]"]
    for number, repository in enumerate(backup.repositories, 1):
        options = repository_options(number, repository) | {
            "cipher-type": "aes-256-cbc",
            "cipher-pass": _ref(KEY),
            # Small files in one object, and of large ones the blocks that changed.
            "bundle": "y",
            "block": "y",
            "retention-full-type": "time",
            "retention-full": str(planned["keep_days"]["full"]),
        }
        lines += [f"repo{number}-{name}={value}" for name, value in options.items()]
    lines += [
        "compress-type=zst",
        "compress-level=3",
        f"process-max={planned['processes']}",
        # A checkpoint at once: a backup that waits for the next one holds its copy's start back by minutes.
        "start-fast=y",
        "log-level-console=warn",
        "log-level-stderr=warn",
        "log-level-file=off",
        "tls-server-address=*",
        f"tls-server-ca-file={INSIDE}/ca.crt",
        f"tls-server-cert-file={INSIDE}/server.crt",
        f"tls-server-key-file={INSIDE}/server.key",
        f"tls-server-auth={CLIENT_NAME}={STANZA}",
    ]
    return "\n".join([*lines, *stanza(version), ""])


def restic(number: int, repository: Repository) -> dict[str, Any]:
    """Return how restic reaches a repository: its name there, options, and variables with names of secrets."""
    names = credentials(number, repository)
    if repository.s3:
        s3 = repository.s3
        options = ["-o", f"s3.region={s3.region}"]
        options += ["-o", f"s3.bucket-lookup={'path' if s3.style == 'path' else 'dns'}"]
        options += ["--cacert", f"{DIRECTORY}/server/repository-{number}.pem"] if s3.ca else []
        where = f"s3:https://{s3.endpoint}/{s3.bucket}{below(s3.path, 'files')}"
        variables = {"AWS_ACCESS_KEY_ID": _ref(names["key"]), "AWS_SECRET_ACCESS_KEY": _ref(names["secret"])}
        return {"restic": where, "options": options, "variables": variables}
    if repository.sftp:
        sftp = repository.sftp
        command = (
            f"ssh -p {sftp.port} -l {sftp.user} -i {RESTIC}/{number}.key -o IdentitiesOnly=yes "
            f"-o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile={DIRECTORY}/server/known_hosts "
            f"-o ServerAliveInterval=30 {sftp.host} -s sftp"
        )
        # An address of IPv6 has the colon that would end it.
        at = f"//{sftp.user}@[{sftp.host}]/" if ":" in sftp.host else f"{sftp.user}@{sftp.host}:"
        where = f"sftp:{at}{below(sftp.path, 'files')}"
        return {"restic": where, "options": ["-o", f"sftp.command={command}"], "variables": {}}
    path = repository.local.path if repository.local else ""
    return {"restic": below(path, "files"), "options": [], "variables": {}}


def known_hosts(backup: Backup) -> str:
    """Return the keys of the machines that answer over SFTP, as known_hosts has them."""
    lines = []
    for each in backup.repositories:
        if each.sftp:
            name = each.sftp.host if each.sftp.port == 22 else f"[{each.sftp.host}]:{each.sftp.port}"
            lines += [f"{name} {host_key}\n" for host_key in each.sftp.host_keys]
    return "".join(lines)


def stale(written: Iterable[str]) -> list[str]:
    """Return the files with secrets that a former declaration may have had. written: those that this one has."""
    found = [f"{DIRECTORY}/server/pgbackrest.conf"]
    for number in range(1, MOST_REPOSITORIES + 1):
        found += [f"{DIRECTORY}/server/repository-{number}.key"]
        found += [f"{RESTIC}/{number}.{kind}" for kind in ("key", "env")]
    return sorted({*found}.difference(written))


def secret_files(backup: Backup, planned: Mapping[str, Any], version: int) -> Iterator[dict[str, Any]]:
    """Yield the files that hold secrets, as the secrets module takes them. version: 0 without PostgreSQL."""
    owner = str(STORES["postgres"].uid)
    closed = {"owner": owner, "mode": "0400"}
    if version:
        yield {"path": f"{DIRECTORY}/server/pgbackrest.conf", "content": server(backup, planned, version), **closed}
    for number, each in enumerate(backup.repositories, 1):
        if each.sftp:
            # ssh refuses a key whose last line does not end, as a lookup of a file gives it.
            key = f"{_ref(credentials(number, each)['key'])}\n"
            if version:
                yield {"path": f"{DIRECTORY}/server/repository-{number}.key", "content": key, **closed}
            yield {"path": f"{RESTIC}/{number}.key", "content": key, "mode": "0400"}
        variables = restic(number, each)["variables"]
        if variables:
            # Not quoted, as Compose would have it: restic's lines are read as they stand.
            lines = "".join(f"{name}={value}\n" for name, value in variables.items())
            yield {"path": f"{RESTIC}/{number}.env", "content": lines, "mode": "0400"}
