# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The budget: who gets how much of the host's RAM, CPU and disk, so that the parts never exceed the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import budget_disk, egress, release, tune_nginx
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, Row, Sheet, claims
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.place import public_ports
from ansible_collections.holdfast.host.plugins.module_utils.plan.shares import Part, fill
from ansible_collections.holdfast.host.plugins.module_utils.spec.reserves import Reserve
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, TIB

# A tenth of the RAM is not shared out: the kernel's page cache lives there, and explicit limits may still use it.
SPARE_PART = Fraction(1, 10)
# A part without a CPU limit weighs as much as one of half a CPU, times its weight.
HALF_A_CPU = 500
# The groups whose rows are containers of this stack.
CONTAINERS = ("edge", "store", "pooler", "service")
MILLI = 1000


@dataclass(frozen=True, kw_only=True)
class Slice:
    """What a part that is no container of the stack keeps.

    RAM: base, each for every container, and a part of all, between two bounds; CPUs: a part of all.
    """

    base: int
    each: int
    part: Fraction
    least: int
    most: int
    cpu_part: Fraction
    reason: str

    def memory(self, memory_bytes: int, containers: int) -> Fraction:
        """Return its RAM in bytes, exact."""
        size = self.base + self.each * containers + memory_bytes * self.part
        return min(max(size, Fraction(self.least)), Fraction(self.most))


# The system's is measured on a Debian 13 host, in proportional set sizes with peaks: daemons 30 MiB, dockerd 114,
# containerd 50, one heavy program at a time (apt 75, docker compose 42), kernel memory that cannot be reclaimed 60, and
# 4.5 MiB of user space for a container's shim, health checks apart. The others are estimates on the safe side.
SLICES = {
    "system": Slice(
        base=384 * MIB,
        each=6 * MIB,
        part=Fraction(1, 100),
        least=0,
        most=1 * TIB,
        cpu_part=Fraction(5, 100),
        reason="kernel, Docker, SSH, journal: 384 MiB, 6 MiB a container and 1 % of the RAM",
    ),
    "monitoring": Slice(
        base=0,
        each=0,
        part=Fraction(4, 100),
        least=1 * GIB,
        most=2 * GIB,
        cpu_part=Fraction(5, 100),
        reason="metrics, logs, dashboards and exporters: 4 % of the RAM, 1 to 2 GiB",
    ),
    "backup": Slice(
        base=0,
        each=0,
        part=Fraction(2, 100),
        least=128 * MIB,
        most=1 * GIB,
        cpu_part=Fraction(5, 100),
        reason="one dump, copy or restore drill at a time: 2 % of the RAM, 128 MiB to 1 GiB",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The whole budget.

    rows: RAM and CPU, the last one is what stays free; disk: rows of the disk, empty where it is unknown. release: how
    releases are done; asked_release: what the declaration says of it.
    """

    capacity: Capacity
    rows: tuple[Row, ...]
    disk: tuple[budget_disk.DiskRow, ...]
    release: release.Release
    asked_release: str

    @property
    def free_bytes(self) -> int:
        """Return the RAM that nobody has, negative when the claims exceed the host."""
        return self.rows[-1].bytes

    def containers(self) -> dict[str, Row]:
        """Return the rows of stores and services by name; a service may be called system or free."""
        return {row.who: row for row in self.rows if row.group in ("store", "service")}

    def disk_of(self, who: str) -> int | None:
        """Return the bytes of disk of a store or service, None where it has no row."""
        return next((row.bytes for row in self.disk if row.who == who and row.group in ("store", "service")), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan's part: total_bytes, cpus, disk_bytes, rows, disk, release."""
        return {
            "total_bytes": self.capacity.memory_bytes,
            "cpus": self.capacity.cpus,
            "disk_bytes": self.capacity.disk_bytes,
            "rows": [row.as_dict() for row in self.rows],
            "disk": [row.as_dict() for row in self.disk],
            "release": self.release.as_dict(),
        }


def reserves(wish: Wish) -> dict[str, Reserve]:
    """Return the declared sizes of the parts that keep a slice of this host: system, monitoring, backup."""
    found = {"system": wish.stack.system}
    if wish.stack.monitoring is not None:
        found["monitoring"] = wish.stack.monitoring
    managed = any(STORES[kind].managed for kind in wish.stores())
    if wish.stack.backup is not None or managed:
        found["backup"] = wish.stack.backup or Reserve()
    return found


def _slice_rows(wish: Wish, capacity: Capacity, containers: int) -> tuple[list[Row], Fraction]:
    """Return the rows of the slices, and the exact RAM of them all: a rounded sum would not grow evenly."""
    rows, exact = [], Fraction()
    for name, asked in reserves(wish).items():
        known = SLICES[name]
        size = Fraction(asked.memory) if asked.memory else known.memory(capacity.memory_bytes, containers)
        gate = egress.gate_bytes(wish) if name == "system" and not asked.memory else 0
        size += gate
        exact += size
        cpus = asked.cpus if asked.cpus is not None else float(round(known.cpu_part * Fraction(capacity.cpus), 2))
        rows.append(
            Row(
                who=name,
                group=name,
                each_bytes=int(size) if asked.memory else int(size) // MIB * MIB,
                cpu_share=cpus,
                reason="declared"
                if asked.memory
                else known.reason + (f", {gate // MIB} MiB for the egress gate" * bool(gate)),
                memory_path=f"holdfast_stack.{name}.memory" if asked.memory else "",
                cpus_path=f"holdfast_stack.{name}.cpus",
            )
        )
    return rows, exact


def edge_rows(wish: Wish, cpus: float) -> list[Row]:
    """Return the edge's row, none where no port is its own."""
    if not any(port["owner"] == "edge" for port in public_ports(wish.stack)):
        return []
    size, why = tune_nginx.memory(cpus)
    return [Row(who="edge", group="edge", each_bytes=size, weight=2, reason=why)]


def share(rows: Sequence[Row], left: Fraction | int, strategy: str = "auto") -> list[Row]:
    """Share what is left of the RAM among the rows without a size, each between its bounds; whole MiB.

    auto gives what two colours leave room for, but at least the comfortable size as far as there is room at all. So
    more RAM is never less for anybody, although a larger host keeps room for a second colour and a small one does not.
    """
    todo = [row for row in rows if row.each_bytes is None]
    doubled = sum(row.bytes for row in rows if row.twice)

    def filled(times: int, left_bytes: Fraction | int) -> dict[str, int]:
        parts = [
            Part(
                name=row.who,
                weight=row.weight,
                count=row.count * (times if row.twice else 1),
                least=row.least_bytes,
                most=row.most_bytes,
            )
            for row in todo
        ]
        return dict(fill(parts, left_bytes, MIB))

    once, both = filled(1, left), filled(2, left - doubled)
    sizes = {
        release.TWO_COLOURS: both,
        release.STOP_FIRST: once,
    }.get(strategy) or {row.who: min(once[row.who], max(both[row.who], row.comfort_bytes)) for row in todo}
    return [replace(row, each_bytes=sizes[row.who]) if row.each_bytes is None else row for row in rows]


def _cpu_weight(row: Row) -> int:
    return row.cpu_weight or (max(1, round(row.cpus * MILLI)) if row.cpus else HALF_A_CPU * row.weight)


def _cpu_parts(rows: Sequence[Row], cpus: float) -> list[Row]:
    """Share the CPU time as the kernel does under full load: by weight, and nobody above its limit."""
    all_of_it = max(0, int((cpus - sum(row.cpu_share for row in rows)) * MILLI))
    weighed = [replace(row, cpu_weight=_cpu_weight(row)) if row.group in CONTAINERS else row for row in rows]
    # A service may be called edge, as that row is.
    sharing = {f"{row.group} {row.who}": row for row in weighed if row.cpu_weight}
    parts = [
        Part(
            name=name,
            weight=row.cpu_weight,
            count=row.count,
            least=0,
            most=round(row.cpus * MILLI) if row.cpus else all_of_it,
        )
        for name, row in sharing.items()
    ]
    shares = {name: milli * sharing[name].count / MILLI for name, milli in fill(parts, all_of_it, 1).items()}
    return [replace(row, cpu_share=shares.get(f"{row.group} {row.who}", row.cpu_share)) for row in weighed]


def ram(wish: Wish, capacity: Capacity, wanted: Sequence[Row]) -> list[Row]:
    """Return every claim with its RAM, before CPU time is shared out. wanted: the claims of stores and services."""
    edge = edge_rows(wish, capacity.cpus)
    slices, exact = _slice_rows(wish, capacity, sum(row.count for row in (*edge, *wanted)))
    explicit = sum(row.bytes for row in (*edge, *wanted))
    memory = capacity.memory_bytes
    sized = share(wanted, memory - memory * SPARE_PART - exact - explicit, wish.stack.release.strategy)
    return [*slices, *edge, *sized]


def budget(wish: Wish, capacity: Capacity, sheet: Sheet | None = None) -> Budget:
    """Return every claim on the host; the last row is what stays free, so that the rows add up to the RAM.

    sheet: the sizes that the declared tier gives parts that say nothing. The free row is negative when the claims
    exceed the host.
    """
    rows = _cpu_parts(ram(wish, capacity, claims(wish, sheet or Sheet())), capacity.cpus)
    memory, asked = capacity.memory_bytes, wish.stack.release.strategy
    spare = memory - sum(row.bytes for row in rows)
    chosen = release.choose(asked, rows, spare)
    if chosen.bytes:
        rows.append(Row(who="release", group="release", each_bytes=chosen.bytes, reason=chosen.reason))
    free = Row(who="free", group="free", each_bytes=spare - chosen.bytes, reason="page cache and surprises")
    disk = budget_disk.rows(wish, capacity.disk_bytes, reserves(wish)) if capacity.disk_bytes else []
    return Budget(capacity=capacity, rows=(*rows, free), disk=tuple(disk), release=chosen, asked_release=asked)
