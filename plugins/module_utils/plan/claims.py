# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who claims a part of the host: one row for each store and service, with its limit or its weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.plan import tune_pooler
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.release import twice
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

if TYPE_CHECKING:
    from ansible_collections.holdfast.host.plugins.module_utils.tiers import Component, Tier

# A service that says nothing of its memory gets a share by weight, within these bounds: Node and Python processes
# need about 100 MiB to start at all, and one that needs more than a gibibyte should say so.
SERVICE_LEAST = 128 * MIB
SERVICE_COMFORT = 256 * MIB
SERVICE_MOST = 1 * GIB
POOLER = "pooler"
# The engine's weight of a container that says nothing (docker run, --cpu-shares).
SHARES_A_CPU = 1024


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What a host has to share out: bytes and CPUs. disk_bytes: of the data's filesystem, None where it is unknown."""

    memory_bytes: int
    cpus: float
    disk_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One claim on the host.

    each_bytes: RAM of one container; None until shared out. count: containers. weight: its part of what is left.
    least_bytes, comfort_bytes, most_bytes: bounds of that part; above comfort it waits until a release has room.
    cpus: limit of one container, None for none; cpu_weight: of one container, thousandths of a CPU, 0 until it is
    known; cpu_share: what all of them get when every part wants all it may have.
    twice: a release can run a second set of it beside the first. promised_bytes: what the tier's sheet promises one
    container, 0 for nothing. memory_path, cpus_path: where the limits are written.
    """

    who: str
    group: str
    reason: str
    each_bytes: int | None = None
    count: int = 1
    weight: int = 0
    least_bytes: int = 0
    comfort_bytes: int = 0
    most_bytes: int = 0
    cpus: float | None = None
    cpu_weight: int = 0
    cpu_share: float = 0.0
    twice: bool = False
    promised_bytes: int = 0
    memory_path: str = ""
    cpus_path: str = ""

    @property
    def bytes(self) -> int:
        """Return the memory of all its containers."""
        return (self.each_bytes or 0) * self.count

    def as_dict(self) -> dict[str, Any]:
        """Return what the plan shows: who, group, each_bytes, count, bytes, cpus, cpu_weight, cpu_share, reason."""
        shown = {"who": self.who, "group": self.group, "each_bytes": self.each_bytes or 0, "count": self.count}
        cpu = {"cpus": self.cpus, "cpu_weight": self.cpu_weight, "cpu_share": self.cpu_share}
        return shown | {"bytes": self.bytes} | cpu | {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a tier's sheet gives each part: the tier's name, and components by service or kind of store."""

    tier: str = ""
    components: Mapping[str, Component] = field(default_factory=dict)

    def of(self, *names: str) -> Component | None:
        """Return the component under the first of these names that the sheet has."""
        return next((self.components[name] for name in names if name in self.components), None)


def sheet_of(tier: Tier | None) -> Sheet:
    """Return the sheet of a tier, an empty one where there is none."""
    return Sheet(tier=tier.name, components=tier.components) if tier else Sheet()


@dataclass(frozen=True, kw_only=True)
class _Limit:
    """A limit of RAM and CPU: the declared one, else the Compose file's, else the tier's; and where they stand."""

    each_bytes: int | None
    cpus: float | None
    reason: str
    promised_bytes: int
    memory_path: str
    cpus_path: str


def _limit(own: str, service: Service, declared: tuple[int | None, float | None], sheet: _Given, weight: int) -> _Limit:
    memory, cpus = declared
    of_memory = [(memory, "declared"), (service.limits.memory_bytes, "the Compose file's limit"), sheet.memory]
    each, reason = next(((size, why) for size, why in of_memory if size), (None, f"by weight {weight}"))
    compose = f"compose.services.{service.name}.deploy.resources.limits"
    return _Limit(
        each_bytes=each,
        cpus=cpus or service.limits.cpus or sheet.cpus,
        reason=reason,
        promised_bytes=sheet.promised_bytes,
        memory_path=f"{compose if not memory and service.limits.memory_bytes else own}.memory",
        cpus_path=f"{compose if not cpus and service.limits.cpus else own}.cpus",
    )


@dataclass(frozen=True, kw_only=True)
class _Given:
    memory: tuple[int | None, str]
    cpus: float | None
    promised_bytes: int


def _cpu_weight(service: Service) -> int:
    """Return the weight that the Compose file gives, in thousandths of a CPU; 1024 shares are one CPU to the engine."""
    return int(service.extra.get("cpu_shares") or 0) * 1000 // SHARES_A_CPU


def _given(sheet: Sheet, *names: str) -> _Given:
    found = sheet.of(*names)
    size, why = (found.memory_bytes or None if found else None), f"tier {sheet.tier}"
    return _Given(
        memory=(size, why), cpus=found.cpus if found else None, promised_bytes=found.request_bytes if found else 0
    )


def _store_rows(wish: Wish, sheet: Sheet) -> list[Row]:
    rows = []
    for kind, store in wish.stores().items():
        known = STORES[kind]
        limit = _limit(
            f"{ROOT}.stores.{kind}",
            wish.project.services[store.service],
            (store.memory, store.cpus),
            _given(sheet, store.service, kind),
            store.weight,
        )
        rows.append(
            Row(
                who=store.service,
                group="store",
                weight=store.weight,
                least_bytes=known.least_bytes,
                comfort_bytes=known.comfort_bytes,
                most_bytes=known.most_bytes,
                **vars(limit),
            )
        )
    return rows


def _service_rows(wish: Wish, sheet: Sheet) -> list[Row]:
    rows = []
    doubled = twice(wish)
    for name, service in wish.apps().items():
        declared = wish.stack.services.get(name)
        sizes = (declared.memory, declared.cpus) if declared else (None, None)
        weight = declared.weight if declared else 1
        limit = _limit(f"{ROOT}.services.{name}", service, sizes, _given(sheet, name), weight)
        rows.append(
            Row(
                who=name,
                group="service",
                count=(declared.replicas if declared else None) or service.replicas,
                weight=weight,
                least_bytes=SERVICE_LEAST,
                comfort_bytes=SERVICE_COMFORT,
                most_bytes=SERVICE_MOST,
                twice=name in doubled,
                cpu_weight=_cpu_weight(service),
                **vars(limit),
            )
        )
    return rows


def _pooler_rows(wish: Wish) -> list[Row]:
    postgres = wish.stack.stores.postgres
    if postgres is None or postgres.pool is None:
        return []
    why = f"PgBouncer: {postgres.pool.clients} clients"
    size = tune_pooler.limit_bytes(postgres.pool)
    return [Row(who=POOLER, group="pooler", each_bytes=size, weight=1, reason=why)]


def claims(wish: Wish, sheet: Sheet) -> list[Row]:
    """Return a row for each store, the pooler and each service; those without a limit have no size yet."""
    return [*_store_rows(wish, sheet), *_pooler_rows(wish), *_service_rows(wish, sheet)]
