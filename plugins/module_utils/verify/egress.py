# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Services with a list: networks, packet filter, gate and what it refused, compared with the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import OBSERVE
from ansible_collections.holdfast.host.plugins.module_utils.egress_state import TABLE, UNKEPT, gather
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.networks import NetworkError, read

UNIT = "holdfast-egress.service"
# What the kernel made of the rules when they were loaded.
LOADED = Path("/run/holdfast-egress/rules")
RERUN = "run site.yml again"


def observe(
    expect: Mapping[str, Any], run: Run | None = None, loaded: Path = LOADED, unkept: Path = UNKEPT
) -> dict[str, Any]:
    """Return networks by name, the rules that are loaded and were, whether the gate is active, what its state was
    made for, why it cannot be written (empty where it is), and its report.

    What cannot be read is told under errors.
    """
    wanted = expect.get("egress")
    if not wanted:
        return {}
    ask = run or runner()
    errors: list[str] = []
    seen: dict[str, Any] = {"networks": {}, "state": {}, "report": [], "errors": errors}
    try:
        seen["networks"] = {each.network.name: vars(each.network) for each in read(ask)}
    except NetworkError as problem:
        errors.append(str(problem))
    listed = ask(["nft", "-s", "-t", "list", "table", *TABLE], "")
    seen["rules"] = listed.out if listed.status == 0 else ""
    seen["loaded"] = _text(loaded)
    seen["unkept"] = _text(unkept).strip()
    seen["active"] = ask(["systemctl", "is-active", UNIT], "").out.strip()
    try:
        state, seen["report"] = gather(ask, wanted["observed"])
        # Answers and counts stay on the host: they are large, and the report has what follows from them.
        seen["state"] = {"config": state.get("config")}
    except (OSError, ValueError, RuntimeError) as problem:
        errors.append(str(problem))
    return seen


def _text(path: Path) -> str:
    """Return what a file holds, nothing where it is not there: the gate may take it away meanwhile."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every difference; and a warning for each name that an observed service would be refused."""
    wanted, shown = expect.get("egress"), seen.get("egress")
    if not wanted or not shown:
        return
    for problem in shown["errors"]:
        yield Finding(path="egress", value=problem, rule="must be readable", hint=RERUN)
    if shown["active"] != "active":
        hint = f"journalctl -u {UNIT}"
        yield Finding(path="egress.gate", value=shown["active"], rule="must be active", hint=hint)
    if shown["state"].get("config") != wanted["digest"]:
        rule = f"must run with the planned lists ({wanted['digest']})"
        yield Finding(path="egress.gate", value=shown["state"].get("config"), rule=rule, hint=RERUN)
    if shown["unkept"]:
        rule, hint = "must write down what it refuses: what is told here is older", "df -h /var/lib/holdfast-egress"
        yield Finding(path="egress.gate", value=shown["unkept"], rule=rule, hint=hint)
    yield from _rules(wanted, shown)
    yield from _networks(wanted, shown)
    yield from _members(wanted, seen)
    for row in shown["report"]:
        if row["mode"] == OBSERVE:
            path, hint = f"egress.{row['service']}", "add it to the list, or let it be refused: mode: enforce"
            yield Finding(
                path=path, value=row["what"], rule=f"would be refused: {row['why']}", hint=hint, level=WARNING
            )


def _rules(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Finding]:
    if f"chain plan_{wanted['digest']} " not in shown["rules"]:
        rule = f"must hold the planned rules ({wanted['digest']})"
        yield Finding(path="egress.rules", value="other rules, or none", rule=rule, hint=f"systemctl restart {UNIT}")
    elif shown["rules"] != shown["loaded"]:
        changed = sorted(set(shown["rules"].splitlines()) ^ set(shown["loaded"].splitlines()))
        value = "; ".join(line.strip() for line in changed)[:300]
        rule = "must be as they were loaded"
        yield Finding(path="egress.rules", value=value, rule=rule, hint=f"systemctl restart {UNIT}")


def _networks(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Finding]:
    for each in wanted["networks"]:
        found = shown["networks"].get(each["name"])
        keys = [key for key in ("bridge", "internal", "subnet") if each[key] is not None]
        if found is None or any(found[key] != each[key] for key in keys):
            value = found and {key: found[key] for key in keys}
            rule = f"must be {', '.join(f'{key} {each[key]}' for key in keys)}"
            yield Finding(path=f"egress.networks.{each['name']}", value=value, rule=rule, hint=RERUN)


def _members(wanted: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the containers of services with a list that are on other networks: each is a way around it."""
    for each in seen["containers"]:
        networks = wanted["members"].get(each["service"])
        if each["project"] == wanted["project"] and networks is not None and each["networks"] != networks:
            rule = f"must be on {', '.join(networks)} alone"
            path = f"egress.{each['service']}"
            yield Finding(path=path, value=f"{each['name']} is on {', '.join(each['networks'])}", rule=rule, hint=RERUN)
