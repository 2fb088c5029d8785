# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who gets which share of RAM, CPU and disk: the bars that every picture draws, and the one for a terminal."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.render.columns import WIDTH
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

FREE = "free"
CELLS = WIDTH - 4
NAME = 22
SHOWN = 24
MARKS = string.ascii_uppercase + string.ascii_lowercase + string.digits
# Parts that look the same in every picture; names of services begin with no such sign.
SIGNS = {FREE: ".", "release": "="}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One share. size: bytes or CPUs, of all its containers; shown: the same for people; why: the reason."""

    who: str
    group: str
    size: float
    shown: str
    why: str = ""

    @property
    def key(self) -> str:
        """Return its name among all parts: a service may be called system."""
        return f"{self.group} {self.who}"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One resource of a host. total: what it has, in bytes or CPUs; parts: nothing empty, free last."""

    title: str
    total: float
    shown: str
    parts: tuple[Part, ...]

    @property
    def asked(self) -> float:
        """Return the sum of the parts: more than the total where the host is too small."""
        return sum(part.size for part in self.parts)

    @property
    def scale(self) -> float:
        """Return what the bar's whole length stands for."""
        return max(self.total, self.asked) or 1

    def percent(self, part: Part) -> str:
        """Return a part's share of the host."""
        return f"{100 * part.size / self.total:.0f}%" if self.total else ""


def _bytes(title: str, total: int, rows: Sequence[Mapping[str, Any]]) -> Bar:
    parts = []
    for row in rows:
        count = f"{row['count']} x {format_bytes(row['each_bytes'])}, " if row.get("count", 1) > 1 else ""
        if row["bytes"] > 0:
            parts.append(
                Part(
                    who=row["who"], group=row["group"], size=row["bytes"], shown=format_bytes(row["bytes"]),
                    why=count + row["reason"],
                )
            )  # fmt: skip
    return Bar(title=title, total=total, shown=format_bytes(total), parts=tuple(parts))


def _cpus(budget: Mapping[str, Any]) -> Bar:
    parts = []
    for row in budget["rows"]:
        if row["cpu_share"] > 0:
            why = f"limit {row['cpus'] * row['count']:g}" if row["cpus"] else "no limit, shares by weight"
            why = "reserved" if row["group"] in ("system", "monitoring", "backup") else why
            shown = f"{row['cpu_share']:.2f}"
            parts.append(Part(who=row["who"], group=row["group"], size=row["cpu_share"], shown=shown, why=why))
    left = budget["cpus"] - sum(part.size for part in parts)
    # Shares are rounded to a thousandth of a CPU each.
    if left > 0.001 * (1 + len(parts)):
        parts.append(Part(who=FREE, group=FREE, size=left, shown=f"{left:.2f}", why="above all limits"))
    shown = f"{budget['cpus']:g} CPU" + ("" if budget["cpus"] == 1 else "s")
    return Bar(title="CPU under full load", total=budget["cpus"], shown=shown, parts=tuple(parts))


def bars(budget: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of a plan's budget: RAM, CPU, and the disk where it is known."""
    found = [_bytes("RAM", budget["total_bytes"], budget["rows"]), _cpus(budget)]
    if budget["disk"]:
        found.append(_bytes("Disk", budget["disk_bytes"], budget["disk"]))
    return found


def plain(text: str) -> str:
    """Return a text in printable ASCII, a question mark for every other character."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def marks(parts: Sequence[Part]) -> dict[str, str]:
    """Return a sign for each part, by key: a letter of its name where one is left; # for those after the 62nd."""
    found: dict[str, str] = {}
    for part in parts:
        if part.key in found:
            continue
        wanted = [char for char in part.who.upper() + part.who.lower() if char in MARKS]
        rest = (char for char in [*wanted, *MARKS] if char not in found.values())
        found[part.key] = SIGNS.get(part.group) or next(rest, "#")
    return found


def cells(sizes: Sequence[float], scale: float, count: int) -> list[int]:
    """Return how many of ``count`` cells each size fills, whole ones, in sum as many as the sizes' part of the scale.

    The largest remainders are rounded up.
    """
    exact = [size * count / scale for size in sizes]
    found = [int(each) for each in exact]
    missing = round(sum(exact)) - sum(found)
    order = sorted(range(len(sizes)), key=lambda index: (found[index] - exact[index], index))
    for index in order[:missing]:
        found[index] += 1
    return found


def _legend(bar: Bar, signs: Mapping[str, str]) -> list[str]:
    largest = sorted(bar.parts, key=lambda part: (part.group != FREE, -part.size))[:SHOWN]
    entries = []
    for part in (each for each in bar.parts if each in largest):
        name = plain(part.who) if len(part.who) <= NAME else plain(part.who[: NAME - 1]) + "~"
        entries.append((f"{signs[part.key]} {name}", part.shown, bar.percent(part)))
    wide = [max((len(entry[index]) for entry in entries), default=0) for index in range(3)]
    texts = [f"{a.ljust(wide[0])} {b.rjust(wide[1])} {c.rjust(wide[2])}" for a, b, c in entries]
    across = max(1, CELLS // (sum(wide) + 5))
    down = -(-len(texts) // across)
    lines = ["   ".join(texts[row::down]) for row in range(down)]
    hidden = len(bar.parts) - len(entries)
    return lines + ([f"and {hidden} smaller ones"] if hidden else [])


def _bar(bar: Bar, signs: Mapping[str, str]) -> list[str]:
    counts = cells([part.size for part in bar.parts], bar.scale, CELLS)
    filled = "".join(signs[part.key] * count for part, count in zip(bar.parts, counts, strict=True))
    lines = [f"{bar.title}: {bar.shown}", f"  [{filled.ljust(CELLS)}]"]
    # A thousandth above is rounding.
    if bar.asked > bar.total * 1.001:
        end = int(CELLS * bar.total / bar.scale)
        lines.append(" " * (3 + end) + "^" if end > CELLS // 2 else " " * (3 + end) + "^ the host ends here")
        lines[-1] = lines[-1] if end <= CELLS // 2 else (" " * (end - 16) + "the host ends here ^")
    return lines + [f"   {line}".rstrip() for line in _legend(bar, signs)]


def text(budget: Mapping[str, Any]) -> list[str]:
    """Return the picture for a terminal: plain ASCII lines of at most WIDTH characters."""
    drawn = bars(budget)
    signs = marks([part for bar in drawn for part in bar.parts])
    return [line for bar in drawn for line in (*_bar(bar, signs), "")][:-1]
