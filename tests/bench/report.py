# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Show the figures of the benches: pages hold a marked block for each, written from docs/bench/NAME.json.

usage: python -m tests.bench.report      takes over what build/bench has and writes the blocks anew (``make tuning``)
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.lab.paths import ROOT

from . import results
from .nginx.__main__ import rows as nginx_rows
from .postgres.tables import kill_rows
from .postgres.tables import rows as postgres_rows
from .recovery.tables import cost_rows, size_rows, trial_rows
from .redis.cells import rows as redis_rows

Rows = Callable[[Mapping[str, Any]], Sequence[Sequence[object]]]
# What a bench was told, as far as its report says so. cpus: of the container.
HOW = ("limit", "cpus", "pairs", "rounds", "seconds")
PAGES = (ROOT / "docs/tuning.md", ROOT / "docs/backup.md")
KEPT = ROOT / "docs/bench"
BLOCK = re.compile(r"(<!-- bench: (?P<name>[a-z-]+) -->\n).*?(<!-- /bench -->)", re.DOTALL)
BENCHES: Mapping[str, Rows] = {
    "postgres": postgres_rows,
    "postgres-kill": kill_rows,
    "redis": redis_rows,
    "nginx": nginx_rows,
    "recovery-trials": trial_rows,
    "recovery-size": size_rows,
    "recovery-cost": cost_rows,
}


def _plan(report: Mapping[str, Any]) -> str:
    found = {
        "pairs of host and declaration": report["pairs"],
        "refused with findings": report["refused"],
        "broken promises": len(report["broken"]),
        "seconds": report["seconds"],
        "CPU ms of a plan of 60 services, median": report["plan_of_60_ms"]["median"],
        "slowest": report["plan_of_60_ms"]["slowest"],
    }
    return markdown([["what", "figure"], *found.items()])


def markdown(rows: Sequence[Sequence[object]]) -> str:
    """Return rows as a markdown table; the first is the heading."""
    head, *rest = [" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join([f"| {head} |", f"|{'---|' * len(rows[0])}", *(f"| {row} |" for row in rest)])


def _measured(report: Mapping[str, Any]) -> str:
    host = report["machine"]
    dates = sorted(cell["date"][:10] for cell in report["cells"].values())
    when = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    where = f"{host['cpus']} CPUs ({host['processor']}), {host['memory_mib']} MiB, Linux {host['kernel']}"
    how = ", ".join(f"{name} {report[name]}" for name in HOW if report.get(name))
    return f"Measured {when} on {where}{f'; {how}' if how else ''}."


def block(name: str) -> str:
    """Return what the page shows of a bench: when and where it was measured, and its table."""
    file = KEPT / f"{name}.json"
    if not file.exists():
        return "Not measured yet.\n"
    report = json.loads(file.read_text(encoding="utf-8"))
    if name == "plan":
        return f"{_plan(report)}\n"
    return f"{_measured(report)}\n\n{markdown(BENCHES[name](report['cells']))}\n"


def page(text: str) -> str:
    """Return the page with every marked block written anew."""
    return BLOCK.sub(lambda match: f"{match[1]}{block(match['name'])}{match[3]}", text)


def main() -> int:
    """Take over the latest figures and write the pages."""
    KEPT.mkdir(exist_ok=True)
    for name in (*BENCHES, "plan"):
        made = results.DIRECTORY / f"{name}.json"
        if made.exists():
            shutil.copyfile(made, KEPT / f"{name}.json")
    for each in PAGES:
        each.write_text(page(each.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
