# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The page about faults of backups, from what was seen of each on a lab host (docs/bench/faults.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.report import markdown

KEPT = "docs/bench/faults.json"
HEAD = """\
# Faults of backups

What was seen of each fault, brought about by `make faults` on a lab host with pydotorg's stack and three repositories:
a directory of the host (1), SFTP (2) and S3 (3). S3 is moto behind TLS.

**Detected** says which work told first, when its timer runs it, and the seconds that it needed once it ran. `verify`
repeats the findings of `truth`. **Reported** is a line of what was said there. **Restorable** says whether the last
commit before the fault came back by `holdfast-backup restore --to latest --beside` (of a restore that was killed: by
the same one again), while the fault lasted; where that was refused, by which repository's number it went, or that it
went once the fault was undone. **Others** says how soon the repositories that work had the next commit, while those
that do not still failed. `make faults ROW='lost-*'` brings some of them about again.
"""
WHEN = {
    "truth": "every 5 min",
    "files": "hourly",
    "full": "daily",
    "dumps": "daily",
    "readable": "weekly",
    "drill": "weekly",
    "verify": "whenever it is asked",
}
MOST_WORDS = 160


def detected(cell: Mapping[str, Any]) -> str:
    """Return who told first, and when."""
    if cell["silent"]:
        return "**not at all**"
    if cell.get("harmless"):
        return "nothing is lost by it"
    return f"`{cell['by']}`, {WHEN[cell['by']]}; {cell['seconds']:.0f} s"


def reported(cell: Mapping[str, Any]) -> str:
    """Return where it was told, and in which words."""
    said = cell["said"].replace("`", "'")
    short = said if len(said) <= MOST_WORDS else said[: MOST_WORDS - 3].rstrip() + "..."
    return f"{cell['where']}: `{short}`" if short else ""


def restorable(cell: Mapping[str, Any]) -> str:
    """Return whether the last commit came back."""
    during, after = cell["during"], cell["after"]
    if during["restored"]:
        return f"yes, by `--repository {during['from']}`" if "from" in during else "yes"
    why = "refused" if "refused" in during else "**short of it**"
    return f"{why}; once it is undone, {'yes' if after['restored'] else '**no**'}"


def others(cell: Mapping[str, Any]) -> str:
    """Return how soon the other repositories had what was committed meanwhile; empty where that says nothing."""
    if not cell.get("others"):
        return ""
    numbers = " and ".join(map(str, cell["others"]))
    went = cell["meanwhile"]
    return f"{numbers}: **held up**" if went is None else f"{numbers}: {went:.1f} s"


def rows(cells: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return the table, its heading first."""
    found: list[tuple[str, ...]] = [("fault", "detected", "reported", "restorable", "others")]
    for cell in cells.values():
        played = f" (played by {cell['stand_in']})" if cell["stand_in"] else ""
        found.append((cell["what"] + played, detected(cell), reported(cell), restorable(cell), others(cell)))
    return found


def page(root: Path) -> str:
    """Return the page."""
    file = root / KEPT
    if not file.exists():
        return HEAD + "\nNot measured yet.\n"
    report = json.loads(file.read_text(encoding="utf-8"))
    cells, machine = report["cells"], report["machine"]
    commits = ", ".join(dict.fromkeys(cell["commit"] for cell in cells.values()))
    loads = sorted(cell["load"] for cell in cells.values())
    silent = sum(cell["silent"] for cell in cells.values())
    told = (
        f"{len(cells)} faults, {silent} of them silent. Seen on {machine['cpus']} CPUs, {machine['memory_mib']} MiB, "
        f"under loads of {loads[0]} to {loads[-1]}, at {commits}."
    )
    return f"{HEAD}\n{told}\n\n{markdown(rows(cells))}\n"
