# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Settings in a file of somebody else's: what is ours is brought to its value, every other line stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile


def lines_of(text: str) -> list[str]:
    """Return the lines of a configuration file. What else counts as an end to Unicode is a character in one."""
    return text.removesuffix("\n").split("\n") if text else []


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a file writes settings. separator: what stands between name and value; any blanks are taken for a blank one.

    between: a pattern of all that may stand there, where that is more. until: one of the first line from which on
    settings hold for some alone (sshd's Match); nothing below it is looked at, and what is new goes before it. keep:
    one of an owner's own line, beside which nothing is written. ignore_case: of names, as sshd does.
    """

    separator: str = " "
    between: str = ""
    until: str = ""
    keep: str = ""
    ignore_case: bool = False

    def sets(self, name: str, value: str = "value") -> re.Pattern[str]:
        """Return the pattern of a line that sets a name; one without a value may also stand alone."""
        word = r"\s+".join(map(re.escape, name.split()))
        usual = rf"\s*{re.escape(self.separator.strip())}\s*" if self.separator.strip() else r"\s+"
        between = self.between or usual
        ends = f"(?:{between})" if value else rf"(?:{between}|\s*$)"
        return re.compile(rf"\s*{word}{ends}", re.IGNORECASE if self.ignore_case else 0)

    def line(self, name: str, value: str) -> str:
        """Return the line that sets a name."""
        return f"{name}{self.separator}{value}" if value else name

    def halves(self, lines: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the lines that hold for everybody, and the rest."""
        if not self.until:
            return list(lines), []
        ends = re.compile(self.until)
        first = list(takewhile(lambda line: not ends.match(line), lines))
        return first, list(lines[len(first) :])


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names with their values.

    former: names that are ours no more, each with the value that we gave it and the lines that were there before.
    """

    rows: tuple[tuple[str, str], ...]
    format: Format = Format()
    former: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def applied(self, text: str) -> str:
        """Return the file's text with the settings: each once, in the place of its first line, else at the end.

        What is ours no more gets its former lines back, unless somebody has given it another value since.
        """
        lines, rest = self.format.halves(lines_of(text))
        for name, value in self.rows:
            lines = self._with(lines, name, value)
        for name, (value, was) in self.former.items():
            lines = self._without(lines, name, value, was)
        return "".join(f"{line}\n" for line in (*lines, *rest))

    def of(self, name: str, value: str, lines: Sequence[str]) -> list[str]:
        """Return the lines that set a name for everybody, and that ours would replace."""
        if self.format.keep:
            return []
        sets = self.format.sets(name, value)
        return [line for line in self.format.halves(lines)[0] if sets.match(line)]

    def _with(self, lines: list[str], name: str, value: str) -> list[str]:
        if self.format.keep and any(re.match(self.format.keep, line) for line in lines):
            return lines
        sets, wanted = self.format.sets(name, value), self.format.line(name, value)
        where = [number for number, line in enumerate(lines) if sets.match(line)]
        if not where:
            return [*lines, wanted]
        # One that says so already is not written otherwise for the width of its blanks.
        first = lines[where[0]]
        kept = first if sets.sub("", first, count=1).strip() == value else wanted
        return [*lines[: where[0]], kept, *(line for n, line in enumerate(lines) if n > where[0] and n not in where)]

    def _without(self, lines: list[str], name: str, value: str, was: Sequence[str]) -> list[str]:
        sets = self.format.sets(name, value)
        where = [number for number, line in enumerate(lines) if sets.match(line)]
        if len(where) != 1 or sets.sub("", lines[where[0]], count=1).strip() != value:
            return lines
        return [*lines[: where[0]], *was, *lines[where[0] + 1 :]]
