# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What backups add to the stores' project, and the files of the host that say what is copied when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup, backup_config, backup_sending
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup_config import (
    DIRECTORY,
    INSIDE,
    RESTIC,
    data,
    mount,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_files import DIRECTORY as SECRETS
from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import REDIS_SECRET
from ansible_collections.holdfast.host.plugins.module_utils.render import backup_timers
from ansible_collections.holdfast.host.plugins.module_utils.render.parts import managed, network
from ansible_collections.holdfast.host.plugins.module_utils.render.postgres_health import waking
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup
from ansible_collections.holdfast.host.plugins.module_utils.verify import kit

NETWORK, WAY_OUT, SOCKET = "holdfast-backup", "holdfast-backup-out", "holdfast-socket"
SOCKETS = "/var/run/postgresql"
STATE = "/var/lib/holdfast/backup"
METRICS = "/var/lib/holdfast/metrics/backup.prom"


def archiving(service: Mapping[str, Any], image: str, networks: Mapping[str, Any]) -> dict[str, Any]:
    """Return PostgreSQL's service as it is where its log is archived. service: as it is without. networks: its own."""
    return {
        **service,
        "image": image,
        "healthcheck": waking(service["healthcheck"]),
        # Who sends many segments at once is nobody's child in the end: something must take its exit.
        "init": True,
        "volumes": [*service["volumes"], f"{SOCKET}:{SOCKETS}", f"{DIRECTORY}/client:{INSIDE}:ro"],
        "networks": {**networks, NETWORK: None},
    }


def server(plan: Mapping[str, Any], image: str) -> dict[str, Any]:
    """Return the service of pgBackRest's server: it reads the data, and it alone knows the repositories."""
    planned, store = plan["backup"], plan["stores"]["postgres"]
    where = ("stores", backup.SERVER)
    local = [each for each in planned["repositories"] if each["kind"] == "local"]
    return managed(plan, "pgbackrest", where, planned["limit_bytes"], None) | {
        "image": image,
        "entrypoint": ["pgbackrest"],
        "command": ["server"],
        "init": True,
        "volumes": [
            f"holdfast-postgres:{mount(store['version'])}:ro",
            f"{SOCKET}:{SOCKETS}",
            f"{DIRECTORY}/server:{INSIDE}:ro",
            *(f"{each['where']}/postgres:{backup_config.LOCAL.format(number=each['number'])}" for each in local),
        ],
        "networks": [NETWORK, *([WAY_OUT] if len(local) < len(planned["repositories"]) else [])],
        "healthcheck": {
            "test": ["CMD", "pgbackrest", "server-ping", "127.0.0.1"],
            "interval": "5s",
            "timeout": "5s",
            "retries": 12,
            "start_period": "30s",
        },
        "stop_grace_period": "60s",
        "labels": {"holdfast.kind": "pgbackrest"},
    }


def networks(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the networks between PostgreSQL and the server, and out of the host."""
    inside = network(plan, NETWORK, external=False, internal=True)
    return inside | network(plan, WAY_OUT, external=False)


def image_of(plan: Mapping[str, Any], wish: Wish) -> tuple[str, str]:
    """Return the image that PostgreSQL's is built from, and the built one's name."""
    store = plan["stores"]["postgres"]
    vector = any("vector" in database["extensions"] for database in store["databases"])
    base = backup.base_image(wish, store["version"], vector=vector)
    return base, backup.image(base, store["version"])


def _postgres(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any] | None:
    store, planned = plan["stores"]["postgres"], plan["backup"]
    if store is None:
        return None
    full = next(each for each in planned["schedule"] if each["work"] == "full")
    return {
        "project": plan["projects"]["stores"]["name"],
        "service": store["service"],
        "server": backup.SERVER,
        "image": image_of(plan, wish)[1],
        "superuser": store["superuser"],
        "version": store["version"],
        "volume": plan["projects"]["stores"]["volumes"]["holdfast-postgres"]["name"],
        "mount": mount(store["version"]),
        "data": data(store["version"]),
        "memory_bytes": store["limit_bytes"],
        "databases": [{name: each[name] for name in ("name", "owner")} for each in store["databases"]],
        "out": f"{plan['name']}-{WAY_OUT.removeprefix('holdfast-')}",
        "rpo_seconds": planned["rpo_seconds"],
        "full_every_seconds": full["every_seconds"],
    }


def _redis(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any] | None:
    store, declared = plan["stores"]["redis"], wish.stack.stores.redis
    if store is None or declared is None or not declared.persist:
        return None
    return {
        "project": plan["projects"]["stores"]["name"],
        "service": store["service"],
        "server": declared.server,
        "volume": plan["projects"]["stores"]["volumes"]["holdfast-redis"]["name"],
        "secret": f"{SECRETS}/{REDIS_SECRET}" if store["secret"] else None,
    }


def settings(plan: Mapping[str, Any], wish: Wish, declared: Backup) -> dict[str, Any]:
    """Return what the host's program is told (backup.json)."""
    planned = plan["backup"]
    repositories = []
    for shown, each in zip(planned["repositories"], declared.repositories, strict=True):
        reached = backup_config.restic(shown["number"], each)
        repositories.append(
            {name: shown[name] for name in ("number", "kind", "where", "off_host")}
            | {
                "restic": reached["restic"],
                "env_file": f"{RESTIC}/{shown['number']}.env" if reached["variables"] else "",
                "options": reached["options"],
            }
        )
    kept = planned["keep_days"]
    return {
        "stack": plan["name"],
        "directory": STATE,
        "metrics": METRICS,
        "repositories": repositories,
        "keep": {f"{what}_days": kept[name] for what, name in _KEPT.items()},
        "postgres": _postgres(plan, wish),
        "redis": _redis(plan, wish),
        "volumes": planned["volumes"],
        "password_file": f"{SECRETS}/{planned['key']}",
        "limit_bytes": planned["limit_bytes"],
        "assertions": planned["assertions"],
        "works": [{name: each[name] for name in ("work", "every_seconds")} for each in planned["schedule"]],
    }


_KEPT = {"full": "full", "wal": "wal", "dump": "dumps", "files": "files"}


def files(plan: Mapping[str, Any], wish: Wish) -> list[dict[str, Any]]:
    """Return the files without a secret that the role writes beside its templates: path and content."""
    declared = backup.declared(wish)
    if declared is None:
        return []
    shown = json.dumps(settings(plan, wish, declared), indent=2, ensure_ascii=False) + "\n"
    found = [{"path": f"{DIRECTORY}/backup.json", "content": shown}]
    found += [backup_timers.file(each) for each in plan["backup"]["schedule"]]
    hosts = backup_config.known_hosts(declared)
    found += [{"path": f"{DIRECTORY}/server/known_hosts", "content": hosts}] if hosts else []
    for number, each in enumerate(declared.repositories, 1):
        if each.s3 and each.s3.ca:
            found.append({"path": f"{DIRECTORY}/server/repository-{number}.pem", "content": each.s3.ca.strip() + "\n"})
    if plan["stores"]["postgres"]:
        store = plan["stores"]["postgres"]
        sent = backup_sending.files(declared, plan["backup"], store["version"])
        found += [{"path": f"{DIRECTORY}/client/{name}", "content": text} for name, text in sent.items()]
        found.append({"path": f"{DIRECTORY}/image/Dockerfile", "content": backup.dockerfile(image_of(plan, wish)[0])})
    return found


def _directories(plan: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the directories of the work. In a repository on this host only the server's user reads."""
    found = [{"path": path, "mode": "0755"} for path in (f"{DIRECTORY}/server", f"{DIRECTORY}/client")]
    found += [{"path": STATE, "mode": "0750"}, {"path": str(PurePosixPath(METRICS).parent), "mode": "0755"}]
    local = [each["where"] for each in plan["backup"]["repositories"] if each["kind"] == "local"]
    user = str(STORES["postgres"].uid)
    return found + [
        {"path": backup_config.below(where, "postgres"), "mode": "0700", "owner": user, "group": user}
        for where in local
    ]


def bases(plan: Mapping[str, Any], wish: Wish) -> list[str]:
    """Return the images from which others are built on the host."""
    return [image_of(plan, wish)[0]] if plan["backup"] and plan["stores"]["postgres"] else []


def rendered(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return what is rendered of the plan's part: files, and the image that is built on the host (None: none is).

    absent: files of work that is never done, whose timers are among the units to be ended.
    """
    built = None
    if plan["stores"]["postgres"]:
        base, name = image_of(plan, wish)
        built = {"name": name, "base": base}
    schedule = plan["backup"]["schedule"]
    return {
        "files": files(plan, wish),
        "absent": backup_timers.absent(schedule),
        "image": built,
        "units": backup_timers.units(schedule),
        "directories": _directories(plan),
    }


def expected(plan: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what verify looks at: the timers, the file of what was read last, the kit."""
    if plan["backup"] is None:
        return None
    return {
        "timers": [backup_timers.name(each["work"]) for each in plan["backup"]["schedule"]],
        "truth": f"{STATE}/truth.json",
        "encrypted": bool(plan["backup"]["key"]),
        "kit": kit.expected(plan),
    }
