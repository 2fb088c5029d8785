# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The loads: pgbench's own two, and a mix of reports that sort and hash; and the cells that they make with the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.units import MIB

# pgbench's documentation: a scale is 100,000 rows of pgbench_accounts; with its index that is 15 MiB, as measured.
SCALE_BYTES = 15 * MIB
ROWS_A_SCALE = 100_000

# Without it the planner takes every expression for one of few values, and merges sorted rows instead of hashing.
STATISTICS = "CREATE STATISTICS IF NOT EXISTS hfb_parts ON (hashint4(aid)) FROM pgbench_accounts"
# A report over a part of the accounts, small as often as large: a hash join that no index serves, a sort of whole rows,
# and a hash aggregate. hashint4 is cheap, so that memory and not arithmetic decides.
MIX = """
\\set span random_exponential(2000, 80000, 2.5)
\\set low random(1, :accounts - :span)
SELECT part, count(*), max(place) FROM (
  SELECT hashint4(a.aid) % 2000 AS part, row_number() OVER (ORDER BY a.filler, hashint4(a.aid)) AS place
  FROM pgbench_accounts a JOIN pgbench_accounts b ON hashint4(a.aid) = hashint4(b.aid)
  WHERE a.aid BETWEEN :low AND :low + :span AND b.aid BETWEEN :low AND :low + :span
) AS report GROUP BY part ORDER BY 2 DESC, 1 LIMIT 10;
"""


@dataclass(frozen=True, kw_only=True)
class Load:
    """A load. words: of pgbench; script: of its own, empty for a built-in one; workload: what the tuners are told."""

    words: tuple[str, ...]
    clients: int
    workload: str
    script: str = ""


LOADS: Mapping[str, Load] = {
    "select": Load(words=("--select-only", "--no-vacuum"), clients=16, workload="web"),
    "tpcb": Load(words=(), clients=8, workload="oltp"),
    "mix": Load(words=("--no-vacuum",), clients=4, workload="mixed", script=MIX),
}
# Data as a multiple of the container's limit.
RATIOS = {"0.2x": 0.2, "1x": 1.0, "4x": 4.0}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A load on data of a size. ratio: a key of RATIOS."""

    load: str
    ratio: str


CELLS: Mapping[str, Cell] = {f"{load} {ratio}": Cell(load=load, ratio=ratio) for ratio in RATIOS for load in LOADS}


def scale(limit: int, ratio: str) -> int:
    """Return pgbench's scale for data of a multiple of a limit in bytes."""
    return max(1, round(limit * RATIOS[ratio] / SCALE_BYTES))
