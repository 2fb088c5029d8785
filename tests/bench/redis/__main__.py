# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Fill Redis or Valkey under a memory limit and fork it while every key changes: is anything killed, is anything lost?

Prints a table and merges it into build/bench/redis.json. With --search, the largest maxmemory that is never killed is
looked for instead (build/bench/redis-share.json).
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from tests.bench.boxes import end_on_signals
from tests.bench.results import chosen, keep, table
from tests.lab import builder, catalogue, engine
from tests.lab.paths import IMAGES

from .cells import cells, failed, rows
from .contenders import CONTENDERS, Case, at_share
from .search import largest
from .trial import Trial


def parsed() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", default="", help="comma-separated patterns; all without")
    parser.add_argument("--contenders", default="", help="comma-separated patterns; all without")
    parser.add_argument("--rounds", type=int, default=10, help="forks in each trial")
    parser.add_argument("--search", action="store_true")
    return parser.parse_args()


def compared(case: Case, size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return a cell: each contender's outcome."""
    seen = {}
    for name in chosen(CONTENDERS, arguments.contenders):
        began = time.monotonic()
        rows_of = CONTENDERS[name](case)
        trial = Trial(image=reference(case), case=case, rows=rows_of, size=size, rounds=arguments.rounds)
        seen[name] = {**trial.run().as_dict(), "seconds": round(time.monotonic() - began, 1)}
    return {"contenders": seen}


def searched(case: Case, size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return a cell of the search: the largest share in percent, and what was tried."""
    tried = {}

    def survives(share: float) -> bool:
        trial = Trial(image=reference(case), case=case, rows=at_share(case, share), size=size, rounds=arguments.rounds)
        seen = trial.run()
        tried[str(share)] = seen.as_dict()
        return not (seen.killed or seen.failed_forks or seen.ended)

    return {"share": largest(survives), "tried": tried}


def reference(case: Case) -> str:
    """Return the image of a case's server."""
    return catalogue.reference(case.server, IMAGES)


def main() -> int:
    """Measure; the exit code is 1 where ours was killed or lost something."""
    arguments = parsed()
    end_on_signals()
    servers = [name for name in ("redis", "valkey") if name in catalogue.IMAGES]
    every = {name: cell for server in servers for name, cell in cells(server).items()}
    names = chosen(every, arguments.cells)
    engine.ensure()
    builder.ensure({every[name][0].server for name in names})
    problems: list[str] = []
    report = {}
    for name in names:
        figures = (searched if arguments.search else compared)(*every[name], arguments)
        report[name] = figures
        kept = keep("redis-share" if arguments.search else "redis", {name: figures}, {"rounds": arguments.rounds})
        if arguments.search:
            print(f"{name}: largest share {figures['share']} %", flush=True)
        else:
            print(table(rows({name: kept["cells"][name]})), flush=True)
            problems += failed(name, figures["contenders"]["ours"]) if "ours" in figures["contenders"] else []
    print("\n".join(problems))
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())
