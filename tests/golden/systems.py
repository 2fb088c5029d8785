# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plans and the rendered files of whole systems, kept so that a change of either is read before it is made.

usage: python -m tests.golden.systems      writes them anew (``make golden``)

Below this directory: ``<system>.plan.json`` is the plan, ``<system>/plan.txt`` what is printed of it, and
``<system>/etc/...`` what the roles write on the host.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, explain
from ansible_collections.holdfast.host.plugins.module_utils.kernel_state import text as kernel_text
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan
from tests.golden.rendering import ROOT, render
from tests.planning import disk, host, merged

HERE = Path(__file__).resolve().parent
SOFTWARE = {"docker": "26.1.5", "compose": "2.26.1", "openssh": "10.0"}
# What the module kernel_values writes; the roles of rendering.py write all else.
KERNEL_FILE = "etc/sysctl.d/60-holdfast.conf"
# Rendered files and the text say the same as these parts, and better.
APART = ("projects", "text", "brief")


@dataclass(frozen=True, kw_only=True)
class System:
    """An inventory on a host on which it runs with room to spare.

    inventory: its directory. on: what host_capacity says. changes: laid over the declaration.
    """

    inventory: str
    on: Mapping[str, Any]
    changes: Mapping[str, Any] = field(default_factory=dict)


def machine(cpus: float, memory_gib: float, disk_gib: float, **of_disk: Any) -> dict[str, Any]:
    """Return a host of a size with a solid disk, a tenth of it in use, and the engine installed."""
    total = int(disk_gib * GIB)
    drive = disk(total_bytes=total, free_bytes=total * 9 // 10, **{"rotational": False, **of_disk})
    return host(cpus=float(cpus), memory_bytes=int(memory_gib * GIB), mounts=[drive], software=SOFTWARE)


# A cloud machine of "8 GB" with a solid disk.
_SMALL = host(mounts=[disk(rotational=False)], software=SOFTWARE)
_MIRRORED = machine(8, 32, 500, raid_level="raid1") | {"cpu_mhz": 3000.0}
_MONITORED = {"tier": "enterprise-monitoring", "monitoring": {"memory": "2GiB"}}
SYSTEMS: Mapping[str, System] = {
    "pydotorg": System(inventory="pydotorg", on=_SMALL),
    "placement": System(inventory="placement", on=_SMALL),
    "placement-valkey": System(
        inventory="placement", on=_SMALL, changes={"stores": {"redis": {"server": "valkey", "version": 9}}}
    ),
    "schedule": System(inventory="schedule", on=_MIRRORED),
    "skillmeat": System(inventory="skillmeat", on=machine(4, 8, 80)),
    "skillmeat-monitoring": System(inventory="skillmeat", on=machine(4, 16, 80), changes=_MONITORED),
    "playnew": System(inventory="playnew", on=machine(40, 64, 400)),
}


def attempt(
    system: str, on: Mapping[str, Any] | None = None, **changes: Any
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Return the plan of a system, or None, and the findings. on: another host. changes: of the declaration."""
    entry = SYSTEMS[system]
    directory = ROOT / "inventories" / entry.inventory
    raw = yaml.safe_load((directory / "group_vars/all/stack.yml").read_text(encoding="utf-8"))["holdfast_stack"]
    given = yaml.safe_load((directory / "group_vars/all/secrets.yml").read_text(encoding="utf-8"))["app_secrets"]
    around = Circumstances(directory=str(directory), provided=sorted(given))
    return make_plan(merged(merged(raw, entry.changes), changes), on or entry.on, around)


def plan_of(system: str) -> dict[str, Any]:
    """Return the whole plan of a system on its golden host."""
    plan, findings = attempt(system)
    if plan is None:
        raise ValueError(f"{system} is refused:\n{explain(findings)}")
    return plan


def rendered(plans: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return all that is written for each plan: text by path, the same wherever the checkout lies."""
    kernel = {f"{name}/{KERNEL_FILE}": kernel_text(plan["kernel"]["settings"]) for name, plan in plans.items()}
    return {path: placeless(text) for path, text in (render(plans) | kernel).items()}


def placeless(text: str) -> str:
    """Return a text that does not say where the checkout lies."""
    return text.replace(f"{ROOT}/", "")


def golden() -> dict[str, str]:
    """Return every golden file of the systems: text by path below this directory."""
    plans = {system: plan_of(system) for system in SYSTEMS}
    texts = rendered(plans)
    for system, plan in plans.items():
        kept = {key: value for key, value in plan.items() if key not in APART}
        texts[f"{system}.plan.json"] = placeless(json.dumps(kept, indent=2) + "\n")
        texts[f"{system}/plan.txt"] = placeless(plan["text"] + "\n")
    return texts


def kept() -> dict[str, str]:
    """Return the golden files that lie here."""
    found = [*HERE.glob("*.plan.json"), *(path for system in SYSTEMS for path in (HERE / system).rglob("*"))]
    return {str(path.relative_to(HERE)): path.read_text(encoding="utf-8") for path in found if path.is_file()}


def write() -> None:
    """Write the golden files, and remove those that are no more."""
    for path in HERE.glob("*.plan.json"):
        path.unlink()
        files = HERE / path.name.removesuffix(".plan.json")
        if files.exists():
            shutil.rmtree(files)
    lay(golden())


def lay(texts: Mapping[str, str]) -> None:
    """Write texts by path below this directory."""
    for path, text in texts.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
