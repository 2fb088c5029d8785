# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Backups: which places they go to, what is copied when, and how far back the host can be taken.

Sources: the pgBackRest user guide and configuration reference (2.59), the PostgreSQL manual, "Continuous Archiving".
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_schedule, shipped
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Secret, Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import DAY, Backup, Repository
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

# pgBackRest's server: the one container that has the repositories' credentials.
SERVER = "holdfast-backup"
KEY = "BACKUP_KEY"
IMAGE = "holdfast/postgres"
# The first release in which the pitfalls that matter here are mended.
LEAST_VERSION = "2.59.3"
# Of the promised loss this part is how long an open segment waits; the rest is to send it.
OPEN_PART = 3 / 4
# A process of pgBackRest: buffers of compression, encryption and one part of an upload.
PROCESS_BYTES = 96 * MIB
MOST_PROCESSES = 4
PACKAGES = (("restic", "copies volumes, Redis and the host's own files, encrypted, to the repositories"),)


def declared(wish: Wish) -> Backup | None:
    """Return the declaration, None where no repository is declared: nothing is copied then."""
    backup = wish.stack.backup
    return backup if isinstance(backup, Backup) and backup.repositories else None


def archives(wish: Wish) -> bool:
    """Tell whether PostgreSQL's write-ahead log is archived."""
    return declared(wish) is not None and wish.stack.stores.postgres is not None


def archive_seconds(wish: Wish) -> int:
    """Return how long an open segment of the log may wait, 0 where nothing is archived."""
    backup = declared(wish)
    return int(backup.rpo * OPEN_PART) if backup and archives(wish) else 0


def credentials(number: int, repository: Repository) -> dict[str, str]:
    """Return the secrets of a repository, by what they are: key, secret. number: counted from 1."""
    if repository.s3:
        return {"key": f"BACKUP_{number}_S3_KEY", "secret": f"BACKUP_{number}_S3_SECRET"}
    return {"key": f"BACKUP_{number}_SFTP_KEY"} if repository.sftp else {}


def secrets(wish: Wish) -> dict[str, Secret]:
    """Return the secrets that backups need, by name."""
    backup = declared(wish)
    if backup is None:
        return {}
    found = [Secret(name=KEY, why="encrypts every backup of this installation")]
    for number, repository in enumerate(backup.repositories, 1):
        found += [
            Secret(name=name, origin="provide", why=f"the {what} of backup repository {number}")
            for what, name in credentials(number, repository).items()
        ]
    return {secret.name: secret for secret in found}


def base_image(wish: Wish, version: int, *, vector: bool) -> str:
    """Return the image that PostgreSQL's is built from."""
    image = STORES["postgres"].images["vector" if vector else ""].format(version=version)
    return f"{image}@{wish.stack.pins[image]}" if image in wish.stack.pins else image


def dockerfile(base: str) -> str:
    """Return the Dockerfile of PostgreSQL with pgBackRest, which archives from within its container."""
    return f"""FROM {base}
USER root
RUN apt-get update -q \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends pgbackrest \\
 && dpkg --compare-versions "$(dpkg-query -W -f '${{Version}}' pgbackrest)" ge {LEAST_VERSION} \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \\
 && install -d -o {STORES["postgres"].uid} -g {STORES["postgres"].uid} -m 0750 /var/spool/pgbackrest /var/lib/pgbackrest
"""


def image(base: str, version: int) -> str:
    """Return the name of the built image; another base, or another Dockerfile, has another name."""
    return f"{IMAGE}:{version}-{hashlib.sha256(dockerfile(base).encode()).hexdigest()[:8]}"


def where(repository: Repository) -> str:
    """Return where a repository is, in words; two of one place have the same."""
    if repository.s3:
        return f"{repository.s3.endpoint}/{repository.s3.bucket}{repository.s3.path.rstrip('/')}"
    if repository.sftp:
        return f"{repository.sftp.user}@{repository.sftp.host}:{repository.sftp.path.rstrip('/') or '/'}"
    return (repository.local.path.rstrip("/") or "/") if repository.local else ""


def _repositories(backup: Backup) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "kind": each.kinds()[0],
            "where": where(each),
            "off_host": each.local is None,
            "secrets": credentials(number, each),
        }
        for number, each in enumerate(backup.repositories, 1)
        if each.kinds()
    ]


def volumes(wish: Wish, colour: str) -> list[dict[str, Any]]:
    """Return the volumes that are copied: those declared, and those of the carried stores, which pause meanwhile."""
    backup = declared(wish)
    if backup is None:
        return []
    pauses = {key: list(each.pause) for key, each in backup.volumes.items()}
    for kind, store in wish.stores().items():
        if not STORES[kind].managed and store.service in wish.project.services:
            for key in volume_keys(wish, store.service):
                pauses.setdefault(key, [store.service])
    taken = wish.taken()
    return [
        {
            "name": key,
            "volume": f"{wish.stack.name}_{key}",
            "pause": [
                {"project": f"{wish.stack.name}-{'stores' if name in taken else colour}", "service": name}
                for name in names
            ],
        }
        for key, names in sorted(pauses.items())
    ]


def volume_keys(wish: Wish, service: str) -> list[str]:
    """Return the Compose keys of the named volumes that a service mounts."""
    return sorted(
        {str(each["source"]) for each in shipped.mounts(wish, service) if each["type"] == "volume" and "source" in each}
    )


def processes(memory_bytes: int, cpus: float) -> int:
    """Return how many processes copy at once, in the share of the host that backup work has."""
    return max(1, min(MOST_PROCESSES, memory_bytes // PROCESS_BYTES, round(cpus)))


def part(wish: Wish, postgres: Mapping[str, Any] | None, room: Mapping[str, int], host: Mapping[str, Any]) -> Any:
    """Return the plan's part, JSON-able; None where nothing is copied.

    postgres: the plan's store. room: bytes: memory of backup work, disk of PostgreSQL's volume. host: cpus, colour,
    tried: the numbers of the repositories that are looked at before anything is changed.
    """
    backup = declared(wish)
    if backup is None:
        return None
    # What keeps counts in days; part of one is not kept less than was promised.
    keep = {name: math.ceil(getattr(backup.keep, name) / DAY) for name in ("full", "wal", "dumps", "files")}
    return {
        "repositories": _repositories(backup),
        "key": KEY,
        "keep_days": keep,
        "rpo_seconds": int(backup.rpo),
        "archive_seconds": archive_seconds(wish),
        "processes": processes(room["memory"], host["cpus"]),
        "limit_bytes": room["memory"],
        # What waits in the volume when no repository answers: more would fill it, and the server would stop.
        "queue_bytes": max(1 * GIB, room["disk"] // 4) if postgres else 0,
        "schedule": backup_schedule.timers(backup, archived=postgres is not None),
        "windows": backup_schedule.windows(backup),
        "volumes": volumes(wish, host["colour"]),
        "assertions": list(backup.assertions),
        "tried": host["tried"],
        "packages": [{"name": name, "reason": reason} for name, reason in PACKAGES],
    }


def beside(planned: Mapping[str, Any] | None, packages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return the plan's parts backup and packages. planned: the first of them. packages: what others need."""
    return {"backup": planned, "packages": [*packages, *(planned["packages"] if planned else ())]}
