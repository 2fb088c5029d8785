# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Join the concerns that are switched on into the plan's part, and into what verify must find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import unit_state
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import sshd
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import (
    apparmor,
    audit,
    banners,
    bans,
    clock,
    integrity,
    journal,
    login,
    modes,
    modules,
    mounts,
    sudo,
    upgrades,
    usb,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Around,
    Concern,
    Rows,
    Unit,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.logs import LOGS_PATH, keep_days
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Hardening
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import Stack

# By the name of the switch, in the order of the page about security.
CONCERNS: Mapping[str, Concern | Callable[[Around], Concern]] = {
    "modules": modules.concern,
    "usb": usb.concern,
    "mounts": mounts.CONCERN,
    "login": login.CONCERN,
    "sudo": sudo.concern,
    "banners": banners.CONCERN,
    "modes": modes.CONCERN,
    "journal": journal.concern,
    "audit": audit.concern,
    "upgrades": upgrades.concern,
    "bans": bans.concern,
    "clock": clock.concern,
    "apparmor": apparmor.CONCERN,
    "integrity": integrity.CONCERN,
}


def around(stack: Stack, host: Host) -> Around:
    """Return what concerns are decided from."""
    disk, access, hardening = host.mount_of(LOGS_PATH), stack.access, stack.hardening
    return Around(
        os_id=host.os.id,
        arch=host.arch,
        programs=frozenset(host.programs),
        container=host.container,
        keep_days=keep_days(stack.logs.keep),
        disk_bytes=disk.total_bytes if disk else None,
        kept_modules=frozenset(hardening.keep_modules),
        ssh_ports=access.ssh_ports,
        trusted=tuple(dict.fromkeys((*access.ssh_from, *access.admin_from, *access.proxies))),
        edge=any(service.routes for service in stack.services.values()),
    )


def concerns(hardening: Hardening, given: Around) -> dict[str, Concern]:
    """Return the concerns that are switched on, by their switches."""
    chosen = {name: each for name, each in CONCERNS.items() if getattr(hardening, name)}
    return {name: each if isinstance(each, Concern) else each(given) for name, each in chosen.items()}


def _left(hardening: Hardening, given: Around, units: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the units of concerns that are switched off: ours go, others read what the vendor has again."""
    for name, each in CONCERNS.items():
        if getattr(hardening, name):
            continue
        concern = each if isinstance(each, Concern) else each(given)
        for unit, asked in concern.units.items():
            if unit not in units:
                ours = f"{unit_state.OWN}/{unit}" in concern.files
                yield {"name": unit, "state": unit_state.GONE if ours else unit_state.LEFT, **_unit(asked)}


def _unit(unit: Unit) -> dict[str, Any]:
    return {**asdict(unit), "reads": list(unit.reads), "restart": list(unit.restart)}


def _rows(rows: Rows) -> list[dict[str, str]]:
    return [{"name": name, "value": value, "reason": reason} for name, value, reason in rows]


def _joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        twice = found.keys() & part.keys()
        if twice:
            raise ValueError(f"two concerns write {', '.join(sorted(twice))}")
        found.update(part)
    return found


def part(stack: Stack, host: Host) -> dict[str, Any]:
    """Return the plan's part, JSON-able. Raises ValueError where two concerns want one file."""
    given = around(stack, host)
    chosen = concerns(stack.hardening, given)
    found = list(chosen.values())
    packages: dict[str, str] = {}
    for each in found:
        packages |= {name: why for name, why in each.packages.items() if name not in packages}
    logins = sshd.part(stack.access, stack.hardening, host)
    assigned = _joined((*(each.assigned for each in found), sshd.main(logins)))
    texts, units = _joined(each.texts for each in found), _joined(each.units for each in found)
    return {
        "sshd": logins,
        "concerns": list(chosen),
        "packages": [{"name": name, "reason": reason} for name, reason in sorted(packages.items())],
        "files": {path: _rows(rows) for path, rows in _joined(each.files for each in found).items()},
        "assigned": [
            {"path": path, **asdict(each.format), "rows": _rows(each.rows)} for path, each in assigned.items()
        ],
        "optional": [path for path, each in assigned.items() if each.optional],
        "texts": [{"path": path, **asdict(each)} for path, each in texts.items()],
        "modes": [
            {"path": path, "mode": mode, "owner": who.partition(":")[0], "group": who.partition(":")[2], "reason": why}
            for each in found
            for path, mode, who, why in each.modes
        ],
        "units": [{"name": name, "state": unit_state.RUNNING, **_unit(each)} for name, each in units.items()],
        "left": list(_left(stack.hardening, given, units)),
        "contains": {path: list(words) for each in found for path, words in each.contains.items()},
    }


def _plain(rows: Iterable[Mapping[str, str]]) -> list[list[str]]:
    return [[row["name"], row["value"]] for row in rows]


def expected(planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what verify must find: the plan's part without its reasons."""
    plain = {path: _plain(rows) for path, rows in planned["files"].items()}
    # What an owner may have set otherwise is no difference.
    ours = {each["path"]: each for each in planned["assigned"] if not each["keep"]}
    optional = {path: _plain(each["rows"]) for path, each in ours.items() if path in planned["optional"]}
    plain |= {path: _plain(each["rows"]) for path, each in ours.items() if path not in planned["optional"]}
    kept = {name: planned[name] for name in ("contains",)}
    return kept | {
        "packages": [each["name"] for each in planned["packages"]],
        "files": plain,
        "optional": optional,
        "texts": {each["path"]: each["content"] for each in planned["texts"]},
        "modes": {each["path"]: {name: each[name] for name in ("mode", "owner", "group")} for each in planned["modes"]},
        "units": [{name: each[name] for name in ("name", "background", "kernel")} for each in planned["units"]],
    }
