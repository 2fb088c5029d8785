# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What every plan must keep, whatever it was made from. Each promise is computed anew from the plan's own text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.compose.read import read
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, errors, explain
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity, sheet_of
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import Fit, fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.render.whole import complete
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import parse_stack
from ansible_collections.holdfast.host.plugins.module_utils.tier.needs import Said
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_bytes
from tests.bench.plan.pairs import Pair

MORE = 1.37


def _project(compose: Mapping[str, Any]) -> Project:
    def absent(path: str) -> str:
        raise FileNotFoundError(path)

    found, findings = read(["/srv/drawn/compose.yaml"], load=lambda _: dict(compose), read_text=absent, env={})
    if found is None:
        raise ValueError(explain(findings))
    return found


def _read(pair: Pair) -> tuple[Wish, Host, Fit]:
    stack, found = parse_stack(pair.stack)
    if stack is None:
        raise ValueError(explain(found))
    host, project = Host.from_dict(pair.host), _project(pair.compose)
    tier = fit(pair.stack["tier"], host, "enforce", Said(stack=stack, project=project))
    return Wish(stack=stack, project=project), host, tier


def make(pair: Pair) -> tuple[dict[str, Any], list[Finding]]:
    """Return the whole plan with all that is rendered of it, and its findings; {} where stores are missing."""
    wish, host, tier = _read(pair)
    plan, findings = build(wish, host, tier)
    found = [*tier.findings, *findings]
    return (complete(plan, wish, host, found) if plan and tier.tier else plan), findings


def _numbers(value: Any, path: str = "plan") -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _numbers(inner, f"{path}[{index}]")
    elif isinstance(value, (int, float)):
        yield path, value


def _finite(plan: Mapping[str, Any], _: list[Finding]) -> Iterator[str]:
    for path, number in _numbers(plan):
        if not math.isfinite(number):
            yield f"{path} is {number}"


def _adds_up(plan: Mapping[str, Any], found: list[Finding]) -> Iterator[str]:
    budget = plan["budget"]
    for name, total in (("rows", budget["total_bytes"]), ("disk", budget["disk_bytes"])):
        rows = budget[name]
        if rows and sum(row["bytes"] for row in rows) != total:
            yield f"budget.{name} adds up to {sum(row['bytes'] for row in rows)} and not to {total}"
        taken = [row for row in rows if row["group"] != "free"]
        yield from (f"budget.{name}.{row['who']} has {row['bytes']} bytes" for row in taken if row["bytes"] <= 0)
    free = budget["rows"][-1]["bytes"]
    if free < 0 and not any(finding.path == "budget.memory" for finding in errors(found)):
        yield f"over-committed by {-free} and not refused"
    shares = sum(row["cpu_share"] for row in budget["rows"])
    if shares > budget["cpus"] + 1e-6 and not any(finding.path == "budget.cpus" for finding in errors(found)):
        yield f"CPU shares add up to {shares} of {budget['cpus']} and nobody is told"


def _postgres_fits(plan: Mapping[str, Any], found: list[Finding]) -> Iterator[str]:
    store = plan["stores"]["postgres"]
    if store is None or errors(found):
        return
    values = {each["name"]: each["value"].strip("'") for each in store["settings"]}

    def size(name: str) -> int:
        return parse_bytes(values[name])

    node = size("work_mem") * float(values["hash_mem_multiplier"])
    sessions = int(values["max_connections"]) + int(values["max_parallel_workers"])
    vacuum = size("autovacuum_work_mem") if "autovacuum_work_mem" in values else size("maintenance_work_mem")
    # Less than the tuner's own formula, and written without it: whatever that counts besides must fit too.
    least = size("shared_buffers") + sessions * (3 * node + 2 * 1024**2)
    least += int(values["autovacuum_max_workers"]) * vacuum + size("maintenance_work_mem")
    if least > store["limit_bytes"]:
        yield f"PostgreSQL may use {least} of {store['limit_bytes']}: {values}"
    if store["pooler"]:
        pool = {each["name"]: each["value"] for each in store["pooler"]["settings"]}
        if int(pool["default_pool_size"]) + int(pool["reserve_pool_size"]) >= int(values["max_connections"]):
            yield f"the pool exceeds the server's {values['max_connections']} connections: {pool}"


def _redis_fits(plan: Mapping[str, Any], found: list[Finding]) -> Iterator[str]:
    store = plan["stores"]["redis"]
    if store is None or errors(found):
        return
    dataset = parse_bytes(next(each["value"] for each in store["settings"] if each["name"] == "maxmemory"))
    if not 0 < dataset < store["limit_bytes"]:
        yield f"Redis may hold {dataset} of {store['limit_bytes']}"


def _told(_: Mapping[str, Any], found: list[Finding]) -> Iterator[str]:
    yield from (f"{finding.path} has no rule" for finding in found if not (finding.path and finding.rule))
    yield from (f"{finding.path} has no hint" for finding in errors(found) if not finding.hint)


PROMISES = (_finite, _adds_up, _postgres_fits, _redis_fits, _told)


def _poorer(pair: Pair) -> Iterator[str]:
    """Yield every store or service that has less RAM on a larger host."""
    wish, host, tier = _read(pair)
    size = Capacity(memory_bytes=host.memory_bytes, cpus=host.cpus)
    before = budget(wish, size, sheet_of(tier.tier)).containers()
    after = budget(wish, replace(size, memory_bytes=int(host.memory_bytes * MORE)), sheet_of(tier.tier)).containers()
    for name, row in before.items():
        if after[name].bytes < row.bytes:
            yield f"{name} has {row.bytes}, and on a larger host {after[name].bytes}"


def broken(pair: Pair, *, twice: bool = True) -> tuple[list[str], bool]:
    """Return every promise that the plan of a pair breaks, and whether the plan was refused.

    twice: make it again and compare. A larger host's shares are always compared.
    """
    plan, found = make(pair)
    refused = bool(errors(found))
    if not plan:
        return [], refused
    said = [problem for promise in PROMISES for problem in promise(plan, found)]
    if twice and json.dumps([plan, [each.as_dict() for each in found]]) != json.dumps(_again(pair)):
        said.append("two plans of the same pair differ")
    return [*said, *_poorer(pair)], refused


def _again(pair: Pair) -> list[Any]:
    plan, found = make(pair)
    return [plan, [each.as_dict() for each in found]]
