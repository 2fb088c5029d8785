# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Make the plan: from a declaration, a Compose project and a host to one JSON-able dict in which all is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, warnings
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import (
    backup,
    backup_check,
    backup_moved,
    budget_check,
    confinement,
    host_check,
    laptop,
    place,
    pooler,
    powers,
    secret_files,
    shipped,
    store_check,
    system,
    takeover,
    tune_nginx,
    tune_postgres,
    tune_redis,
    volume,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import Budget, budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import HEALTH, POSTGRES_SUPERUSER, STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, Row, sheet_of
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import DATA_PATH, Fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting, Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.check import check
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Database, Postgres
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

SCHEMA = 1
COLOUR = "blue"
# Where no filesystem is in sight that will hold the data.
UNKNOWN_DISK = 20 * GIB


def _settings(found: Sequence[Setting]) -> list[dict[str, str]]:
    return [setting.as_dict() for setting in found]


def _extensions(wish: Wish, database: Database) -> list[str]:
    """Return what is created in a database; an undeclared one gets what its Compose service's image is chosen for."""
    inferred = database not in (wish.stack.stores.postgres.databases if wish.stack.stores.postgres else ())
    vector = ["vector"] if inferred and store_check.has_vector(wish) else []
    return list(dict.fromkeys([*database.extensions, *vector, "pg_stat_statements"]))


def _container(declared: Postgres, shared: Budget, host: Host, archive_seconds: int) -> tune_postgres.Container:
    row, disk = shared.containers()[declared.service], host.mount_of(DATA_PATH)
    return tune_postgres.Container(
        limit=row.each_bytes or 0,
        cpus=min(host.cpus, row.cpus or host.cpus),
        disk_bytes=shared.disk_of(declared.service) or UNKNOWN_DISK,
        storage=declared.storage or ("hdd" if disk and disk.rotational else "ssd"),
        workload=declared.workload,
        pool=declared.pool,
        archive_seconds=archive_seconds,
    )


def _postgres(wish: Wish, shared: Budget, host: Host) -> tuple[dict[str, Any] | None, list[Finding]]:
    declared = wish.stack.stores.postgres
    if declared is None:
        return None, []
    row = shared.containers()[declared.service]
    container = _container(declared, shared, host, backup.archive_seconds(wish))
    tuned = tune_postgres.tune(container, declared.version, declared.settings, f"{ROOT}.stores.postgres")
    found = list(tuned.findings)
    owned = takeover.databases(wish)
    roles = {database.owner: takeover.role_secret(database.owner) for database in owned}
    if POSTGRES_SUPERUSER in roles:
        rule = "is the superuser's name and owns no database of an application"
        path, hint = f"{ROOT}.stores.postgres.databases", "name another role as the owner"
        found.append(Finding(path=path, value=POSTGRES_SUPERUSER, rule=rule, hint=hint))
    if tuned.pooler:
        found += pooler.findings([each.name for each in owned], f"{ROOT}.stores.postgres")
    plan = {
        "service": declared.service,
        "version": declared.version,
        "superuser": POSTGRES_SUPERUSER,
        "superuser_secret": takeover.SUPERUSER_SECRET,
        "limit_bytes": container.limit,
        "cpus": row.cpus,
        "connections": tuned.connections,
        "shm_bytes": tuned.shm_bytes,
        "stop_grace_seconds": tuned.stop_grace_seconds,
        "pooler": pooler.pooler(wish, tuned.pooler, declared.service, [each.name for each in owned]),
        "settings": _settings(tuned.settings),
        "roles": [{"name": name, "secret": secret} for name, secret in roles.items()],
        "databases": [
            {"name": each.name, "owner": each.owner, "extensions": _extensions(wish, each)} for each in owned
        ],
    }
    return plan, found


def _redis(wish: Wish, rows: Mapping[str, Row], host: Host) -> tuple[dict[str, Any] | None, list[Finding]]:
    declared = wish.stack.stores.redis
    if declared is None:
        return None, []
    row = rows[declared.service]
    limit = row.each_bytes or 0
    store = tune_redis.Store(
        limit=limit,
        use=declared.use,
        persist=declared.persist,
        server=declared.server,
        version=declared.version,
        cpus=min(host.cpus, row.cpus or host.cpus),
    )
    tuned = tune_redis.tune(store, declared.settings, f"{ROOT}.stores.redis")
    plan = {
        "service": declared.service,
        "version": declared.version,
        "use": declared.use,
        "secret": takeover.REDIS_SECRET if declared.auth else None,
        "limit_bytes": row.each_bytes,
        "cpus": row.cpus,
        "settings": _settings(tuned.settings),
    }
    return plan, tuned.findings


def _carried(wish: Wish, rows: Mapping[str, Row]) -> list[dict[str, Any]]:
    found = []
    for kind, store in wish.stores().items():
        if STORES[kind].managed:
            continue
        claim = rows[store.service]
        port, path = HEALTH.get(store_check.repository(laptop.image(wish, store.service) or ""), (None, None))
        shown = {"kind": kind, "service": store.service, "health": {"name": store.service, "port": port, "path": path}}
        found.append(shown | {"limit_bytes": claim.each_bytes, "cpus": claim.cpus})
    return found


def _edge(wish: Wish, host: Host) -> dict[str, Any]:
    limit, _ = tune_nginx.memory(host.cpus)
    routes = place.routes(wish, COLOUR)
    chosen = tune_nginx.settings(host.cpus, limit, len(routes["upstreams"]))
    return routes | {"limit_bytes": limit, "settings": [each.as_dict() for each in chosen]}


def _host(host: Host) -> dict[str, Any]:
    """Return the host's part of the plan. ready: the projects that check mode can ask Compose about already."""
    docker, held = host.software.get("docker"), host.installed
    return {
        "os": f"{host.os.id} {host.os.version}",
        "os_id": host.os.id,
        "codename": host.os.codename,
        "arch": host.arch,
        "cpus": host.cpus,
        "memory_bytes": host.memory_bytes,
        "controllers": list(host.cgroup.controllers),
        "docker": docker,
        "stack": held.name if held else None,
        "ready": list(held.projects) if held and docker else [],
    }


def _carried_stores(wish: Wish, rows: Mapping[str, Row]) -> dict[str, Any]:
    carried = _carried(wish, rows)
    return {"carried": carried, "files": shipped.files(wish, [store["service"] for store in carried])}


def _without_stores(wish: Wish, host: Host) -> list[Finding]:
    """Return what can be told where a store is missing: nothing is sized, and every connection string looks foreign."""
    of_secrets = [each for each in takeover.take_over(wish).findings if not each.path.startswith("compose.")]
    return [*of_secrets, *host_check.findings(host, place.public_ports(wish.stack))]


def _decisions(wish: Wish, taken: takeover.Takeover, host: Host) -> list[dict[str, Any]]:
    return [each.as_dict() for each in (*laptop.decisions(wish), *taken.decisions, *volume.decisions(wish, host))]


def _findings(wish: Wish, host: Host, shared: Budget) -> list[Finding]:
    return [
        *laptop.findings(wish),
        *powers.findings(wish),
        *budget_check.findings(shared),
        *host_check.findings(host, place.public_ports(wish.stack)),
        *backup_check.findings(wish),
        *backup_moved.findings(wish, host),
    ]


def _capacity(host: Host) -> Capacity:
    disk = host.mount_of(DATA_PATH)
    return Capacity(memory_bytes=host.memory_bytes, cpus=host.cpus, disk_bytes=disk.total_bytes if disk else None)


def _room(shared: Budget, postgres: Mapping[str, Any] | None) -> dict[str, int]:
    """Return the bytes of backup work: its memory, and the disk of PostgreSQL's volume."""
    memory = next((row.bytes for row in shared.rows if row.group == "backup"), 0)
    return {"memory": memory, "disk": shared.disk_of(postgres["service"]) or UNKNOWN_DISK if postgres else 0}


def build(wish: Wish, host: Host, tier_fit: Fit) -> tuple[dict[str, Any], list[Finding]]:
    """Return the plan without its rendered projects, and all findings of meaning, budget, tuning and host.

    The plan is JSON-able and the same for the same input. It is complete even where findings refuse it, so that all
    of them come at once; a caller applies it only when none is an error.
    """
    contradictions = check(wish.stack, wish.project)
    if any(finding.path.endswith(".service") for finding in contradictions):
        return {}, [*contradictions, *tier_fit.findings, *_without_stores(wish, host)]
    shared = budget(wish, _capacity(host), sheet_of(tier_fit.tier))
    rows = shared.containers()
    taken = takeover.take_over(wish)
    postgres, of_postgres = _postgres(wish, shared, host)
    redis, of_redis = _redis(wish, rows, host)
    around = {"cpus": host.cpus, "colour": COLOUR, "tried": backup_moved.tried(wish, host)}
    copied = backup.part(wish, postgres, _room(shared, postgres), around)
    machine, of_machine = system.parts(wish, host)
    of_stores = [*store_check.findings(wish), *of_postgres, *of_redis, *of_machine]
    found = [*contradictions, *taken.findings, *tier_fit.findings, *of_stores, *_findings(wish, host, shared)]
    plan = {
        "schema": SCHEMA,
        "name": wish.stack.name,
        "colour": COLOUR,
        "paths": {"secrets": secret_files.DIRECTORY},
        "host": _host(host),
        "tier": tier_fit.shown,
        "budget": shared.as_dict(),
        "decisions": _decisions(wish, taken, host),
        "warnings": [finding.as_dict() for finding in warnings(found)],
        "ports": place.public_ports(wish.stack),
        "images": {name: laptop.image(wish, name) for name in wish.project.services},
        "stores": {"postgres": postgres, "redis": redis} | _carried_stores(wish, rows),
        "app": {"services": place.health_checks(wish), "files": shipped.files(wish, wish.apps())},
        "edge": _edge(wish, host),
        **(machine | confinement.parts(wish, postgres, redis, host) | backup.beside(copied, machine["packages"])),
        "secrets": [secret.as_dict() for _, secret in sorted(taken.secrets.items())],
        "secret_files": secret_files.secret_files(wish, taken, postgres, copied),
        "environment": taken.environment,
    }
    return plan, found
