# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a larger host buys a stack, in the stack's own terms: two plans of it, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import DATA_PATH
from ansible_collections.holdfast.host.plugins.module_utils.plan.tight import few
from ansible_collections.holdfast.host.plugins.module_utils.tiers import Need
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes, parse_bytes

# The settings that people ask for by name, of each managed store.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "postgres": (
        *("shared_buffers", "max_connections", "work_mem", "maintenance_work_mem", "effective_cache_size"),
        *("max_parallel_workers", "max_wal_size"),
    ),
    "redis": ("maxmemory",),
}
# What grows by less than this share is not worth a line.
NOTABLE = 0.1


def grown(host: Host, machine: Need) -> Host:
    """Return a host with the sizes of a machine; its data's filesystem grows, and never shrinks."""
    mount = host.mount_of(DATA_PATH)
    more = max(0, machine.disk_bytes - mount.total_bytes) if mount else 0
    mounts = tuple(
        replace(each, total_bytes=each.total_bytes + more, free_bytes=each.free_bytes + more) if each == mount else each
        for each in host.mounts
    )
    return replace(host, cpus=machine.cpus, memory_bytes=machine.memory_bytes, mounts=mounts)


def buys(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what differs between two plans of a stack as dicts of what, now and then, the most telling first."""
    return [
        *_runs(now, then),
        *_release(now, then),
        *_memory(now, then),
        *_settings(now, then),
        *_cpus(now, then),
        *_disk(now, then),
    ]


def _change(what: str, now: object, then: object) -> dict[str, str]:
    return {"what": what, "now": str(now), "then": str(then)}


def _runs(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    free = [plan["budget"]["rows"][-1]["bytes"] for plan in (now, then)]
    if free[0] < 0:
        lacks = f"lacks {format_bytes(-free[0])}"
        yield _change("the stack", lacks, "fits" if free[1] >= 0 else f"lacks {format_bytes(-free[1])}")


def _release(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    ways = [plan["budget"]["release"]["strategy"] for plan in (now, then)]
    if ways[0] != ways[1]:
        yield _change("releases", *ways)
    quiet = {each["path"] for each in then["warnings"]}
    for each in now["warnings"]:
        if each["path"].startswith("budget.") and each["path"] not in quiet:
            yield _change(each["path"], "warned of", "no warning")


def _containers(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {row["who"]: row for row in plan["budget"]["rows"] if row["group"] in ("store", "service")}


def _memory(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the containers that get more, those of the largest gain first; those of the same sizes share a line."""
    before, after = _containers(now), _containers(then)
    same: dict[tuple[int, int], list[str]] = {}
    for who, row in before.items():
        sizes = row["each_bytes"], after.get(who, row)["each_bytes"]
        if sizes[1] > sizes[0] * (1 + NOTABLE):
            same.setdefault(sizes, []).append(who)
    for sizes, names in sorted(same.items(), key=lambda item: item[0][0] - item[0][1]):
        each = " each" if len(names) > 1 or before[names[0]]["count"] > 1 else ""
        yield _change(f"{few(names)} memory", *(format_bytes(size) + each for size in sizes))


def _settings(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for kind, names in SETTINGS.items():
        stores = [plan["stores"].get(kind) for plan in (now, then)]
        if not all(stores):
            continue
        before, after = ({each["name"]: each["value"] for each in store["settings"]} for store in stores)
        for name in names:
            # A pool may do with fewer connections where there are more CPUs: nothing that is bought.
            if _number(before.get(name, "")) * (1 + NOTABLE) < _number(after.get(name, "")):
                yield _change(f"{stores[0]['service']} {name}", before.get(name, "-"), after.get(name, "-"))


def _number(value: str) -> int:
    """Return a setting as a number, bytes where it has a unit; -1 for any other text."""
    try:
        return parse_bytes(value.strip("'"))
    except ValueError:
        return -1


def _cpus(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    before, after = _containers(now), _containers(then)
    for who, row in before.items():
        if row["cpus"] and who in after and after[who]["cpu_share"] > row["cpu_share"] * (1 + NOTABLE):
            limit = row["cpus"] * row["count"]
            shares = [f"{rows[who]['cpu_share']:.2g} of {limit:g} CPUs" for rows in (before, after)]
            yield _change(f"{who} when all are busy", *shares)


def _disk(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    shares = [{row["who"]: row for row in plan["budget"]["disk"] if row["group"] == "store"} for plan in (now, then)]
    for who, row in shares[0].items():
        if who in shares[1] and shares[1][who]["bytes"] > row["bytes"] * (1 + NOTABLE):
            yield _change(f"{who} disk", format_bytes(row["bytes"]), format_bytes(shares[1][who]["bytes"]))
