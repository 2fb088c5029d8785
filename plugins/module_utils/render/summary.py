# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as text for a terminal: what a person wants to read before and after a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import changes
from ansible_collections.holdfast.host.plugins.module_utils.render.columns import columns
from ansible_collections.holdfast.host.plugins.module_utils.tiers import show
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

BAR = 24


def _tier(plan: Mapping[str, Any]) -> list[str]:
    tier = plan["tier"]
    if not tier:
        return ["Tier: unknown"]
    rows = [
        (
            each["resource"],
            "-" if each["measured"] is None else show(each["measured"], each["unit"]),
            "of " + show(each["required"], each["unit"]),
            each["verdict"],
        )
        for each in tier["checks"]
    ]
    larger = f"; the next one up is {tier['next']}" if tier["next"] else ""
    catalogue = f"  of the catalogue this host satisfies {tier['satisfied'] or 'no tier'}{larger}"
    return [f"Tier {tier['name']}: {tier['verdict']}", *columns(rows), catalogue]


def _bar(part: int, whole: int) -> str:
    filled = max(0, min(BAR, round(BAR * part / whole)))
    return "#" * filled + "." * (BAR - filled)


def _budget(plan: Mapping[str, Any]) -> list[str]:
    total = plan["budget"]["total_bytes"]
    rows = []
    for row in plan["budget"]["rows"]:
        count = f"{row['count']} x {format_bytes(row['each_bytes'])}" if row["count"] > 1 else ""
        rows.append((row["who"], format_bytes(row["bytes"]), _bar(row["bytes"], total), count, row["reason"]))
    added = sum(row["bytes"] for row in plan["budget"]["rows"])
    rows.append(
        ("sum", format_bytes(added), f"of {format_bytes(total)}", "", "it adds up" if added == total else "WRONG")
    )
    return ["Memory:", *columns(rows)]


def _lines(title: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return ["", title, *columns(rows)] if rows else []


def head(plan: Mapping[str, Any]) -> list[str]:
    """Return the host, its tier and who gets how much of the memory, as lines."""
    host = plan["host"]
    where = f"{host['os']} {host['arch']}, {host['cpus']:g} CPUs, {format_bytes(host['memory_bytes'])}"
    return [f"{plan['name']} on {where}", "", *_tier(plan), "", *_budget(plan)]


def _addresses(plan: Mapping[str, Any]) -> list[str]:
    routes = [
        (f"https://{server['host']}{location['path']}", location["service"])
        for server in plan["edge"]["servers"]
        for location in server["locations"]
    ]
    ports = [(f"{port['port']}/{port['protocol']}", port["owner"]) for port in plan["ports"]]
    return _lines("Routes:", routes) + _lines("Ports open to others (besides SSH):", ports)


def _changes(plan: Mapping[str, Any]) -> list[str]:
    return _lines("On this host, before anything is applied:", changes.rows(plan["changes"]))


def brief(plan: Mapping[str, Any]) -> str:
    """Return the end of a run for people: tier, memory, addresses, and how to look inside."""
    inside = [
        (f"cd /etc/holdfast/{name} && docker compose ps", project["name"])
        for name, project in plan["projects"].items()
        if project["services"]
    ]
    interrupted = any(each["action"] in ("restart", "stop") for each in plan["changes"] or ())
    told = _changes(plan) if interrupted else []
    return "\n".join([*head(plan), *told, *_addresses(plan), *_lines("On the host:", inside)])


def text(plan: Mapping[str, Any]) -> str:
    """Return the plan for people: tier, memory, addresses, secrets by name, and every decision and warning."""
    decisions = [(each["path"], each["done"], each["reason"]) for each in plan["decisions"]]
    secrets = [(each["name"], each["origin"], each["why"]) for each in plan["secrets"]]
    risks = [
        (f"{each['service']}: {each['risk']}", str(each["value"]), each["accepted"])
        for each in plan["containers"]["risks"]
        if each["accepted"]
    ]
    warnings = [(each["path"], str(each["value"] or ""), each["rule"]) for each in plan["warnings"]]
    lines = [*head(plan), *_changes(plan), *_addresses(plan)]
    lines += _lines("The Compose file on a server:", decisions) + _lines("Secrets (by name):", secrets)
    lines += _lines("Risks that are accepted:", risks)
    return "\n".join(lines + _lines("Warnings:", warnings))
