# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The parts of the plan for engine and containers: how managed ones run, what others keep, which risks are accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import backup, confine, engine, powers
from ansible_collections.holdfast.host.plugins.module_utils.plan.binds import own_services
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish

Store = Mapping[str, Any]


def _reasons(rows: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "reason": reason} for name, reason in rows.items()]


def _managed(
    postgres: Store | None, redis: Store | None, host: Host, *, archives: bool
) -> Iterator[tuple[str, str, int, str]]:
    for kind, store in {"postgres": postgres, "redis": redis}.items():
        if store:
            yield "stores", store["service"], *confine.of_kind(kind, store["settings"])
    if postgres and postgres["pooler"]:
        yield "stores", postgres["pooler"]["service"], *confine.of_kind("pgbouncer")
    if postgres and archives:
        yield "stores", backup.SERVER, *confine.of_kind("pgbackrest")
    yield "edge", "nginx", *confine.of_kind("nginx", cpus=host.cpus)


def _own(wish: Wish, host: Host) -> Iterator[tuple[str, str, int, str]]:
    taken = wish.taken()
    for name in own_services(wish):
        part = "stores" if name in taken else "app"
        yield part, name, *confine.of_service(wish.project.services[name], host.cpus)


def parts(wish: Wish, postgres: Store | None, redis: Store | None, host: Host) -> dict[str, Any]:
    """Return the plan's parts engine and containers, JSON-able.

    managed: how each kind runs. kept, dropped: capabilities of Docker's own set. pids: the most processes of each
    container. risks: what Compose services may do to the host, each with the reason why that is accepted, or none.
    """
    processes = [*_managed(postgres, redis, host, archives=backup.archives(wish)), *_own(wish, host)]
    containers = {
        "managed": {kind: each.as_dict() for kind, each in confine.MANAGED.items()},
        "kept": _reasons(confine.KEPT),
        "dropped": _reasons(confine.DROPPED),
        "pids": [
            {"project": project, "service": service, "pids": most, "reason": reason}
            for project, service, most, reason in processes
        ],
        "risks": [each.as_dict() for each in powers.powers(wish)],
    }
    return {"engine": engine.part(host), "containers": containers}


def pids(plan: Mapping[str, Any], project: str, service: str) -> int:
    """Return the planned most processes of a container of a project (stores, app, edge)."""
    rows = plan["containers"]["pids"]
    return next(int(row["pids"]) for row in rows if (row["project"], row["service"]) == (project, service))
