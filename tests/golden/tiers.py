# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every system in every tier of the catalogue, on a host of exactly the tier's size.

usage: python -m tests.golden.tiers      writes them anew (``make golden``)

``tiers/<tier>/<system>.txt`` is a bundle of sections, each below a line ``==> path <==``: what is printed of the plan
and every file that is written on the host, or, where the plan is refused, what is told. A file that an earlier bundle
has in the same words is one line that names that bundle. Rows beyond one host have no size of their own: there each
system is asked for on the host that it runs on.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE, Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.golden.systems import HERE, SYSTEMS, attempt, lay, machine, placeless, rendered

PLAN, REFUSAL = "plan.txt", "refusal.txt"
_HEAD = re.compile(r"^==> (\S+) <==\n", re.MULTILINE)
_SAME = re.compile(r"The same as in (\S+)\.txt\.\n")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of a system in a tier. text: what is printed. plan: None where it is refused."""

    text: str
    plan: dict[str, Any] | None


def host_of(tier: Tier) -> dict[str, Any]:
    """Return a host that is what a tier asks for, and nothing more."""
    sizes = tier.cpus, tier.memory_bytes / GIB, tier.disk_bytes / GIB
    made = machine(*sizes, rotational=False if tier.ssd else None, raid_level=tier.raid_level)
    clock = float(tier.clock_mhz) if tier.clock_mhz else made["cpu_mhz"]
    links = [{"name": "eth0", "mbps": tier.network_mbps}] if tier.network_mbps else []
    return made | {"cpu_mhz": clock, "links": links}


@cache
def outcomes() -> Mapping[str, Outcome]:
    """Return what becomes of each pair, ``<tier>/<system>``, in the catalogue's order."""
    return {f"{tier.name}/{system}": _outcome(tier, system) for tier in CATALOGUE.values() for system in SYSTEMS}


def _outcome(tier: Tier, system: str) -> Outcome:
    plan, findings = attempt(system, None if tier.beyond else host_of(tier), tier=tier.name)
    told = errors(findings)
    text = plan["brief"] if plan else f"Refused: {len(told)} finding(s).\n{explain(told)}"
    return Outcome(text=placeless(text.rstrip() + "\n"), plan=plan)


def made() -> dict[str, str]:
    """Return every bundle: text by path below this directory."""
    pairs = outcomes()
    files = rendered({pair.replace("/", ":"): each.plan for pair, each in pairs.items() if each.plan})
    seen: dict[tuple[str, str], str] = {}
    bundles = {}
    for pair, outcome in pairs.items():
        mark = pair.replace("/", ":") + "/"
        sections = {PLAN if outcome.plan else REFUSAL: outcome.text}
        sections |= {path.removeprefix(mark): text for path, text in sorted(files.items()) if path.startswith(mark)}
        bundles[f"tiers/{pair}.txt"] = bundle(sections, seen, pair)
    return bundles


def bundle(sections: Mapping[str, str], seen: dict[tuple[str, str], str], pair: str) -> str:
    """Return a bundle's text. seen: where each file stood first; what this pair has first is added to it."""
    parts = []
    for path, text in sections.items():
        # What people read first is told in full everywhere.
        first = pair if path in {PLAN, REFUSAL} else seen.setdefault((path, text), pair)
        parts.append(f"==> {path} <==\n" + (text if first == pair else f"The same as in {first}.txt.\n"))
    return "\n".join(parts)


def kept() -> dict[str, str]:
    """Return the bundles that lie here."""
    found = sorted((HERE / "tiers").rglob("*.txt"))
    return {str(path.relative_to(HERE)): path.read_text(encoding="utf-8") for path in found}


def sections(bundle: str) -> dict[str, str]:
    """Return a bundle's sections by path, as they stand there."""
    parts = _HEAD.split(bundle)[1:]
    ends = ["\n"] * (len(parts) // 2 - 1) + [""]
    return {path: text.removesuffix(end) for path, text, end in zip(parts[::2], parts[1::2], ends, strict=True)}


def files() -> dict[str, str]:
    """Return every file of the bundles that lie here: text by path, ``<tier>/<system>/etc/...``."""
    found: dict[str, str] = {}
    parted = {path.removeprefix("tiers/").removesuffix(".txt"): sections(whole) for path, whole in kept().items()}
    for pair, parts in parted.items():
        for path, text in parts.items():
            same = _SAME.fullmatch(text)
            found[f"{pair}/{path}"] = parted[same[1]][path] if same else text
    return found


def write() -> None:
    """Write the bundles, and remove those that are no more."""
    texts = made()
    if (HERE / "tiers").exists():
        shutil.rmtree(HERE / "tiers")
    lay(texts)


if __name__ == "__main__":
    write()
