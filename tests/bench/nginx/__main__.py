# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Measure nginx's planned configuration beside the stock one and an h5bp-style one.

Prints a table and merges it into build/bench/nginx.json. With --change, ours is measured beside ours with one directive
changed instead, which is printed alone: it says which directive explains a difference.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import tune_nginx
from tests.bench.boxes import end_on_signals
from tests.bench.results import chosen, keep, table
from tests.lab import builder, engine

from .contenders import CONTENDERS, changed
from .measure import CELLS, Field, prepare, running
from .stats import summary

HEADING = ("cell", "contender", "requests/s", "range", "CPU us", "p99 ms", "errors", "ours/best", "range", "verdict")


def rows(cells: Mapping[str, Any]) -> list[Sequence[object]]:
    """Return the table's rows: one for each contender of each cell."""
    found: list[Sequence[object]] = [HEADING]
    for name, cell in cells.items():
        low, ratio, high = cell["ratio"]
        verdicts = {"ours": (ratio, f"{low}..{high}", cell["verdict"]), cell["best"]: ("best", "", "")}
        for contender, figures in cell["contenders"].items():
            least, rate, most = figures["rate"]
            shown = (name, contender, rate, f"{least}..{most}", figures["cpu_us"], figures["p99_ms"], figures["errors"])
            found.append((*shown, *verdicts.get(contender, ("", "", ""))))
    return found


def measure(field: Field, names: Sequence[str], arguments: argparse.Namespace, limit: int) -> dict[str, Any]:
    """Return the cells' summaries, each with the contenders' memory peaks so far as parts of the limit."""
    cells = {}
    for name in names:
        cells[name] = summary(field.pairs(CELLS[name], arguments.pairs, arguments.seconds))
        for contender, watch in field.watches.items():
            figures = cells[name]["contenders"][contender]
            figures |= {"memory_share": round(watch.peak / limit, 4), "killed": watch.kills}
    return cells


def parsed() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", default="", help="comma-separated patterns; all without")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each run of wrk")
    parser.add_argument("--change", default="", metavar="'NAME VALUE'", help="a directive of ours to change")
    return parser.parse_args()


def main() -> int:
    """Measure; the exit code is 1 where a contender was killed or ours failed a request."""
    arguments = parsed()
    end_on_signals()
    names = chosen(CELLS, arguments.cells)
    engine.ensure()
    builder.ensure({"nginx", "bench"})
    texts = {name: make() for name, make in CONTENDERS.items()}
    if arguments.change:
        texts = {"ours": texts["ours"], "changed": changed(texts["ours"], arguments.change)}
    limit, _ = tune_nginx.memory(os.cpu_count() or 1)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hfn-") as name:
        prepare(Path(name), texts)
        with running(Path(name), list(texts), limit) as field:
            cells = measure(field, names, arguments, limit)
    how = {"pairs": arguments.pairs, "seconds": arguments.seconds, "limit_bytes": limit}
    if not arguments.change:
        keep("nginx", cells, how)
    print(table(rows(cells)))
    print(f"{time.monotonic() - began:.0f} s")
    ours = [cell["contenders"]["ours"] for cell in cells.values()]
    return int(any(figures["errors"] or figures["killed"] for figures in ours))


if __name__ == "__main__":
    raise SystemExit(main())
