# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Bring faults about on a lab host, and keep what was told of each in docs/bench/faults.json.

usage: python -m tests.recovery.faults [--rows PATTERN,...] [--keep]

Exit code 1 where one of them stayed silent, held up the other repositories, or could not be brought about. --keep: the
host stays, and one that stands is used.
"""

from __future__ import annotations

import argparse
import sys
import traceback

from tests.bench import results
from tests.lab import machines
from tests.lab.paths import ROOT
from tests.lab.shell import LabError, run

from . import ground, observe
from .rows import ROWS

KEPT = ROOT / "docs/bench"


def one(name: str, commit: str) -> str:
    """Watch one fault and keep what came of it. Return what is wrong, empty where it was told."""
    try:
        cell = observe.watch(ROWS[name])
    except LabError:
        traceback.print_exc()
        return "could not be watched"
    results.keep("faults", {name: cell}, {"commit": commit}, KEPT)
    sys.stdout.write(f"{name}: {cell}\n")
    sys.stdout.flush()
    if cell["others"] and cell["meanwhile"] is None:
        return "holds up the other repositories"
    return "silent" if cell["silent"] else ""


def main() -> int:
    """Watch the chosen ones."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--rows", default="", help="names or patterns, with commas between")
    parser.add_argument("--keep", action="store_true", help="leave the host, and use the one that stands")
    asked = parser.parse_args()
    chosen = results.chosen(ROWS, asked.rows)
    commit = run(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]).strip()
    if asked.keep and ground.serves():
        ground.renew()
    else:
        ground.provision()
    wrong = {name: problem for name in chosen if (problem := one(name, commit))}
    if not asked.keep:
        machines.down(ground.HOST)
    sys.stdout.write("".join(f"{name}: {problem}\n" for name, problem in wrong.items()))
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
