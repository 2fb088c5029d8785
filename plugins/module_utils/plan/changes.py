# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a run will do to each service, told from the plan and from what runs, before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Running
from ansible_collections.holdfast.host.plugins.module_utils.plan.restarts import LABEL, reloads, same
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

START, RESTART, RELOAD, STOP, NONE = "start", "restart", "reload", "stop", "none"
# The labels that the rendered projects carry, and what differs where one of them does.
LABELS = {
    "holdfast.definition": "definition",
    "holdfast.environment": "environment",
    "holdfast.files": "files from beside the Compose file",
    "holdfast.config": "configuration",
}
_NANO = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one service. because: why, each with the old and the new value where there are two."""

    service: str
    project: str
    action: str
    because: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the change as a JSON-able dict."""
        return asdict(self) | {"because": list(self.because)}


def _limits(service: Mapping[str, Any]) -> tuple[int, int]:
    """Return a rendered service's memory limit in bytes and its CPU limit in billionths, 0 for none."""
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    return int(limits.get("memory") or 0), round(float(limits.get("cpus") or 0) * _NANO)


def _settings(old: str, new: str) -> Iterator[str]:
    before, after = json.loads(old), json.loads(new)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name} {before.get(name, 'default')} -> {after.get(name, 'default')}"


def _replaced(service: Mapping[str, Any], seen: Running) -> Iterator[str]:
    """Yield why Compose replaces a container: nothing that it carries can be changed while it runs."""
    if service["image"] != seen.image:
        yield f"image {seen.image} -> {service['image']}"
    memory, cpus = _limits(service)
    if memory != seen.memory_bytes:
        old, new = (format_bytes(each) if each else "none" for each in (seen.memory_bytes, memory))
        yield f"memory limit {old} -> {new}"
    if cpus != round(seen.cpus * _NANO):
        old, new = (f"{each:g}" if each else "none" for each in (seen.cpus, cpus / _NANO))
        yield f"CPUs {old} -> {new}"
    # Compose makes one dollar of two before it sets them.
    labels = {name: str(value).replace("$$", "$") for name, value in service.get("labels", {}).items()}
    if "holdfast.definition" not in seen.labels:
        yield "it was started by an older version, which did not note of what definition"
        return
    if labels.get(LABEL) != seen.labels.get(LABEL):
        yield from _settings(seen.labels.get(LABEL, "{}"), labels.get(LABEL, "{}"))
    for name, what in LABELS.items():
        if labels.get(name) != seen.labels.get(name):
            yield what


def _loaded(plan: Mapping[str, Any], part: str, name: str, seen: Running) -> Iterator[str]:
    """Yield what a running server does not run with yet and can be told; nothing where it did not answer."""
    if part == "edge" and seen.settings.get("plan", plan["edge"]["digest"]) != plan["edge"]["digest"]:
        yield "routes, TLS or tuning"
    for kind in ("postgres", "redis") if part == "stores" else ():
        store = plan["stores"][kind]
        if store is None or store["service"] != name or not seen.settings:
            continue
        for setting in store["settings"]:
            key, wanted = setting["name"], setting["value"]
            value, unit = (seen.settings.get(key) or "", seen.units.get(key))
            known = key in seen.settings and reloads(kind, key, store["version"])
            if known and not same(kind, key, wanted, value, unit):
                yield f"{key} {value or 'empty'} -> {wanted}"
        planned = {setting["name"] for setting in store["settings"]}
        for key in seen.written:
            if key not in planned and reloads(kind, key, store["version"]):
                yield f"{key} {seen.settings.get(key) or 'empty'} -> default"


def _well(service: Mapping[str, Any], seen: Running) -> bool:
    done = service["restart"] == "no" and seen.state == "exited" and seen.exit_code == 0
    return seen.state == "running" or done


def _service(plan: Mapping[str, Any], part: str, name: str, own: Sequence[Running]) -> Change:
    project = plan["projects"][part]
    service = project["services"][name]
    count = service["deploy"].get("replicas", 1)

    def change(action: str, because: Sequence[str] = ()) -> Change:
        # Replicas differ in the same way: each reason once.
        return Change(service=name, project=project["name"], action=action, because=tuple(dict.fromkeys(because)))

    if not own:
        return change(START, ["it is not there yet" if count == 1 else f"none of its {count} is there yet"])
    replaced = [why for each in own for why in _replaced(service, each)]
    counted = [f"containers {len(own)} -> {count}"] if len(own) != count else []
    loaded = [why for each in own for why in _loaded(plan, part, name, each)]
    if replaced:
        return change(RESTART, [*replaced, *counted, *loaded])
    ended = [f"it is {each.state} ({each.exit_code})" for each in own if not _well(service, each)]
    if ended or counted:
        return change(STOP if len(own) > count and not ended else START, [*ended, *counted, *loaded])
    return change(RELOAD if loaded else NONE, loaded)


def _again(found: Sequence[Change], services: Mapping[str, Any], *, stranger: bool) -> list[Change]:
    """Return a project's changes; what runs once runs again when anything of its project changes.

    stranger: whether the project has a container of another service; that is a change, too.
    """
    if not stranger and all(each.action == NONE for each in found):
        return list(found)
    why = ("it runs once, and again with every change of its project",)
    return [
        Change(service=each.service, project=each.project, action=START, because=why)
        if each.action == NONE and services[each.service]["restart"] == "no"
        else each
        for each in found
    ]


def changes(plan: Mapping[str, Any], running: Sequence[Running] | None) -> list[dict[str, Any]] | None:
    """Return what the run will do to each service, in the order of the run; None where it is not known what runs.

    plan: with its rendered projects. running: the stack's containers as the engine shows them. Each entry has service,
    project, action (start, restart, reload, stop, none) and because, a list of reasons.
    """
    if running is None:
        return None
    found: list[Change] = []
    planned = set()
    for part in ("stores", "edge", "app"):
        project = plan["projects"][part]
        own = []
        for name in project["services"]:
            planned.add((project["name"], name))
            seen = [each for each in running if (each.project, each.service) == (project["name"], name)]
            own.append(_service(plan, part, name, seen))
        there = {each.service for each in running if each.project == project["name"]}
        stranger = bool(there - set(project["services"]))
        found += _again(own, project["services"], stranger=stranger) if part == "app" else own
    gone = sorted({(each.project, each.service) for each in running} - planned)
    why = ("it is not a service any more",)
    found += [Change(service=service, project=project, action=STOP, because=why) for project, service in gone]
    return [each.as_dict() for each in found]


def rows(found: Sequence[Mapping[str, Any]] | None) -> list[tuple[str, ...]]:
    """Return the changes as rows of a table for people: what happens, to which service, why; one row a reason."""
    if found is None:
        return [("not known: the Docker engine does not answer to this user; run it with --become",)]
    told = [each for each in found if each["action"] != NONE]
    if not told:
        return [("everything runs as planned: nothing is started, restarted or reloaded",)]
    if all(each["action"] == START for each in found):
        return [(f"{len(found)} services start; none of the stack runs yet",)] if _fresh(found) else _table(told)
    rest = len(found) - len(told)
    return [*_table(told), *([("none", f"{rest} others", "they run as planned")] if rest else [])]


def _fresh(found: Sequence[Mapping[str, Any]]) -> bool:
    return all(" there yet" in " ".join(each["because"]) for each in found)


def _table(told: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    table: list[tuple[str, ...]] = []
    for each in told:
        first, *others = each["because"]
        table.append((each["action"], each["service"], first))
        table += [("", "", other) for other in others]
    return table
