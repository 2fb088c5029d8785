# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What machine a stack needs: the budget solved for the host's size, instead of shared out over a given one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import access_log, budget_disk, release
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import (
    SLICES,
    SPARE_PART,
    edge_rows,
    ram,
    reserves,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, Row, Sheet, claims
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.sold import LARGEST, as_sold, holds
from ansible_collections.holdfast.host.plugins.module_utils.tiers import MEMORY_TOLERANCE, Need
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB

# A container without a CPU limit counts with an eighth of a CPU where all limits are to be held: it has to get
# something. An allowance.
UNLIMITED_CPU = Fraction(1, 8)
# A volume without a declared size counts with four times its least where it is to be comfortable. An allowance.
COMFORT_DISK = 4
# The search for a good size: at most this many steps up, each a fifth.
STEPS, STEP = 40, Fraction(6, 5)
HALVINGS = 2
GRAIN = 64 * MIB


@dataclass(frozen=True, kw_only=True)
class Size:
    """A machine that a stack needs: name (least or good), what it means, and sizes as a host would measure them."""

    name: str
    means: str
    cpus: float
    memory_bytes: int
    disk_bytes: int

    def as_sold(self) -> Need:
        """Return the size to ask a seller for."""
        return as_sold(Need(cpus=self.cpus, memory_bytes=self.memory_bytes, disk_bytes=self.disk_bytes))

    def as_dict(self) -> dict[str, Any]:
        """Return the size as a JSON-able dict."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is solved: a stack, and the claims of its parts: wanted on the RAM (unsized), disk with the least sizes."""

    wish: Wish
    wanted: tuple[Row, ...]
    disk: tuple[budget_disk.DiskRow, ...]

    def parts(self, cpus: float, comfort: bool = False) -> list[Row]:
        """Return the edge, stores and services with their declared sizes, else their least or comfortable ones."""
        sized = [
            replace(row, each_bytes=row.comfort_bytes if comfort else row.least_bytes) if _shared(row) else row
            for row in self.wanted
        ]
        return [*edge_rows(self.wish, cpus), *sized]

    def kept_bytes(self, memory: int, containers: int) -> Fraction:
        """Return what system, monitoring and backup keep of the RAM."""
        return sum(
            (
                Fraction(asked.memory) if asked.memory else SLICES[name].memory(memory, containers)
                for name, asked in reserves(self.wish).items()
            ),
            Fraction(),
        )

    @property
    def strategy(self) -> str:
        """Return the declared way of releases; auto aims at two colours."""
        asked = self.wish.stack.release.strategy
        return release.TWO_COLOURS if asked == "auto" else asked


def question(wish: Wish, sheet: Sheet | None = None) -> Question:
    """Return the question of a stack. sheet: what its tier gives parts that say nothing."""
    # On a disk of nothing every claim is at its least.
    disk = [row for row in budget_disk.rows(wish, 1, reserves(wish)) if row.group != "free"]
    return Question(wish=wish, wanted=tuple(claims(wish, sheet or Sheet())), disk=tuple(disk))


def _solve(question: Question, parts: Sequence[Row], besides: int, free: Fraction) -> int:
    """Return the least memory M with M = parts + besides + what the slices keep of M + free x M, whole MiB.

    parts: sized rows. The slices grow with M, less than M does, between two bounds each; so a few rounds of putting M
    in again arrive.
    """
    containers = sum(row.count for row in parts)
    fixed = sum(row.bytes for row in parts) + besides
    memory = Fraction(fixed)
    for _ in range(STEPS):
        after = (fixed + question.kept_bytes(int(memory), containers)) / (1 - free)
        if after - memory < 1:
            break
        memory = after
    return math.ceil(memory / MIB) * MIB


def cpus_least(question: Question) -> float:
    """Return the CPUs below which the plan is refused: the largest limit, and something besides what is reserved."""
    declared, parts = _reserved_cpus(question)
    beyond = math.floor(declared / (1 - parts)) + 1 if declared else 1
    return float(max(beyond, math.ceil(max((row.cpus or 0 for row in question.wanted), default=0))))


def cpus_good(question: Question) -> float:
    """Return the CPUs with which all limits hold in sum, whole, at least two: one busy process then stops nobody."""
    declared, parts = _reserved_cpus(question)
    asked = sum((Fraction(row.cpus) if row.cpus else UNLIMITED_CPU) * row.count for row in question.wanted)
    return float(max(2, cpus_least(question), math.ceil(round((asked + declared) / (1 - parts), 6))))


def _reserved_cpus(question: Question) -> tuple[Fraction, Fraction]:
    """Return what is reserved: declared CPUs in sum, and the parts of all CPUs in sum."""
    kept = reserves(question.wish)
    declared = sum((Fraction(asked.cpus) for asked in kept.values() if asked.cpus is not None), Fraction())
    return declared, sum((SLICES[name].cpu_part for name, asked in kept.items() if asked.cpus is None), Fraction())


def _disk(question: Question, comfort: bool) -> int:
    asked = sum(row.bytes * (COMFORT_DISK if comfort and row.weight else 1) for row in question.disk)
    part = Fraction(budget_disk.SPARE_PART, budget_disk.SPARE_PART - 1) if comfort else Fraction(1)
    least, size = math.ceil(asked * part), 0
    # The log of requests takes a part of whatever disk there is: each step adds a twentieth of the last, and then none.
    while size < (size := least + math.ceil(_log_beyond_least(question, max(size, least)) * part)):
        pass
    return size


def _log_beyond_least(question: Question, disk_bytes: int) -> int:
    logs = question.wish.stack.logs
    claimed = any(row.who == budget_disk.ACCESS_LOG for row in question.disk)
    return access_log.size(logs, disk_bytes) - access_log.size(logs, 1) if claimed else 0


def least(question: Question) -> Size:
    """Return the smallest host on which the stack runs at all: least shares, releases that stop services first."""
    cpus = cpus_least(question)
    return Size(
        name="least",
        means="runs at all: least shares, a release stops each service first",
        cpus=cpus,
        memory_bytes=_solve(question, question.parts(cpus), 0, Fraction()),
        disk_bytes=_disk(question, comfort=False),
    )


def _comfortable(question: Question, memory: int, cpus: float) -> bool:
    """Return whether nobody is below comfort, releases have their room, and a tenth stays free."""
    rows = ram(question.wish, Capacity(memory_bytes=memory, cpus=cpus), question.wanted)
    free = memory - sum(row.bytes for row in rows) - release.room(question.strategy, rows)
    content = all(row.bytes >= row.comfort_bytes * row.count for row in rows if row.reason.startswith("by weight"))
    return content and free >= memory * SPARE_PART


def _shared(row: Row) -> bool:
    return row.each_bytes is None


def good(question: Question) -> Size:
    """Return the smallest host with nothing to complain of: comfortable shares, room for two colours, a tenth free.

    A declared way of releases is kept. Shares go by weight, not by comfort; so the size that comfort adds up to is a
    lower bound, and the budget is asked at larger ones until it says so, to within a twentieth.
    """
    cpus = cpus_good(question)
    parts = question.parts(cpus, comfort=True)
    low = size = _solve(question, parts, release.room(question.strategy, parts), SPARE_PART)
    for _ in range(STEPS):
        if _comfortable(question, size, cpus):
            break
        low, size = size, math.ceil(size * STEP / GRAIN) * GRAIN
    for _ in range(HALVINGS if size > low else 0):
        middle = (low + size) // 2 // GRAIN * GRAIN
        low, size = (low, middle) if _comfortable(question, middle, cpus) else (middle, size)
    return Size(
        name="good",
        means=f"nothing tight: comfortable shares, {question.strategy} releases, a tenth free, CPU limits held",
        cpus=cpus,
        memory_bytes=size,
        disk_bytes=_disk(question, comfort=True),
    )


def most_replicas(question: Question, machine: Need = LARGEST) -> dict[str, int]:
    """Return how many replicas of each service that has several fit on a machine, all else at its least.

    Below 1 says that not even one does. The RAM as it would be measured counts, and what the system keeps for each
    container. CPU time is shared by any number.
    """
    memory = int(machine.memory_bytes * (1 - MEMORY_TOLERANCE))
    parts = question.parts(machine.cpus)
    spare = memory - sum(row.bytes for row in parts)
    spare -= math.ceil(question.kept_bytes(memory, sum(row.count for row in parts)))
    system = 0 if question.wish.stack.system.memory else SLICES["system"].each
    return {
        row.who: row.count + math.floor(spare / ((row.each_bytes or 0) + system))
        for row in parts
        if row.group == "service" and row.count > 1
    }


def beyond_sold(size: Size) -> bool:
    """Return whether a size is more than the largest machine that is sold has."""
    return not holds(LARGEST, size.as_sold())
