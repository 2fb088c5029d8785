# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The disk's part of the budget: system, images, logs, and the volumes of stores and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import access_log, laptop
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.shares import Part, fill
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import mounts
from ansible_collections.holdfast.host.plugins.module_utils.spec.reserves import Reserve
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, TIB, format_bytes

# Debian or Ubuntu with the engine and the journal: an allowance.
SYSTEM = 5 * GIB
# An image and the one before it, which a rollback needs, unpacked: an allowance, for a plan knows no image's size.
IMAGE = 512 * MIB
# The log caps of every container: five files of 20 MB (render/parts.py has the options).
LOGS = 100 * MIB
ACCESS_LOG = "access log"
# A tenth stays free: filesystems slow down, and alerts fire, when it goes.
SPARE_PART = 10
# Who has no size gets one by weight; a volume above a tebibyte should be declared.
LEAST = {"monitoring": 2 * GIB, "backup": 1 * GIB, "service": 256 * MIB}
WEIGHTS = {"monitoring": 2, "backup": 2, "service": 1, "postgres": 4}
MOST = 1 * TIB


@dataclass(frozen=True, kw_only=True)
class DiskRow:
    """One claim on the disk. bytes: None until shared out. weight, least: of its share; path: where it is declared."""

    who: str
    group: str
    reason: str
    bytes: int
    weight: int = 0
    least: int = 0
    path: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what the plan shows: who, group, bytes, reason."""
        return {"who": self.who, "group": self.group, "bytes": self.bytes, "reason": self.reason}


def _claim(who: str, group: str, path: str, declared: int | None, kind: str = "") -> DiskRow:
    weight = WEIGHTS.get(kind or group, 1)
    least = STORES[kind].least_disk if kind in STORES else LEAST[group]
    reason = "declared" if declared else f"by weight {weight}"
    return DiskRow(
        who=who, group=group, reason=reason, bytes=declared or 0, weight=0 if declared else weight, least=least,
        path=f"{path}.disk",
    )  # fmt: skip


def _access_log(wish: Wish, disk_bytes: int) -> list[DiskRow]:
    """Return the edge's claim, where it has a route. Its log counts here also where it has a disk of its own."""
    if not any(declared.routes for declared in wish.stack.services.values()):
        return []
    declared, room = wish.stack.logs.access.disk, access_log.size(wish.stack.logs, disk_bytes)
    reason = "declared" if declared else "a twentieth of the disk, within bounds"
    return [DiskRow(who=ACCESS_LOG, group="logs", bytes=room, reason=reason, path=f"{ROOT}.logs.access.disk")]


def _claims(wish: Wish, disk_bytes: int, reserves: Mapping[str, Reserve]) -> list[DiskRow]:
    images = {laptop.image(wish, name) for name in wish.project.services} - {None}
    containers = 1 + len(wish.project.services)
    containers += sum((declared.replicas or 1) - 1 for declared in wish.stack.services.values())
    system = reserves["system"].disk
    why = f"{len(images)} images, the old and the new of each: {format_bytes(2 * IMAGE)} a pair, an allowance"
    logs = f"{containers} containers, their logs capped at {LOGS // MIB} MiB each"
    rows = [
        DiskRow(
            who="system", group="system", path=f"{ROOT}.system.disk", bytes=system or SYSTEM,
            reason="declared" if system else "system, engine and journal: an allowance",
        ),
        DiskRow(who="images", group="images", reason=why, bytes=2 * IMAGE * len(images)),
        DiskRow(who="logs", group="logs", reason=logs, bytes=LOGS * containers),
        *_access_log(wish, disk_bytes),
    ]  # fmt: skip
    rows += [
        _claim(name, name, f"{ROOT}.{name}", reserves[name].disk)
        for name in ("monitoring", "backup")
        if name in reserves
    ]
    for kind, store in wish.stores().items():
        rows.append(_claim(store.service, "store", f"{ROOT}.stores.{kind}", store.disk, kind))
    for name in wish.apps():
        declared = wish.stack.services.get(name)
        asked = declared.disk if declared else None
        if asked or any(mount["type"] == "volume" for mount in mounts(wish, name)):
            rows.append(_claim(name, "service", f"{ROOT}.services.{name}", asked))
    return rows


def rows(wish: Wish, disk_bytes: int, reserves: Mapping[str, Reserve]) -> list[DiskRow]:
    """Return every claim on the disk; the last row is what stays free, so that the rows add up to the disk's size.

    Declared sizes are taken as they are; the rest is shared by weight above each one's least, a tenth is kept back.
    The free row is negative when the claims exceed the disk.
    """
    claims = _claims(wish, disk_bytes, reserves)
    left = disk_bytes - disk_bytes // SPARE_PART - sum(row.bytes for row in claims if not row.weight)
    parts = [
        Part(name=f"{row.group} {row.who}", weight=row.weight, count=1, least=row.least, most=MOST)
        for row in claims
        if row.weight
    ]
    sizes = fill(parts, left, MIB)
    sized = [replace(row, bytes=sizes[f"{row.group} {row.who}"]) if row.weight else row for row in claims]
    spare = disk_bytes - sum(row.bytes for row in sized)
    return [*sized, DiskRow(who="free", group="free", reason="a tenth stays free", bytes=spare)]
