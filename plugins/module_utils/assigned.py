# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Settings in a file of somebody else's: what is ours is brought to its value, every other line stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names with their values. separator: what stands between the two; any blanks are taken for a blank one.

    former: names that are ours no more, each with the value that we gave it and the lines that were there before.
    """

    rows: tuple[tuple[str, str], ...]
    separator: str
    former: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def applied(self, text: str) -> str:
        """Return the file's text with the settings: each once, in the place of its first line, else at the end.

        What is ours no more gets its former lines back, unless somebody has given it another value since.
        """
        lines = text.splitlines()
        for name, value in self.rows:
            lines = self._with(lines, name, value)
        for name, (value, was) in self.former.items():
            lines = self._without(lines, name, value, was)
        return "".join(f"{line}\n" for line in lines)

    def of(self, name: str, lines: Sequence[str]) -> list[str]:
        """Return the lines that set a name."""
        return [line for line in lines if self._sets(name).match(line)]

    def _sets(self, name: str) -> re.Pattern[str]:
        between = rf"\s*{re.escape(self.separator.strip())}\s*" if self.separator.strip() else r"\s+"
        return re.compile(rf"\s*{re.escape(name)}{between}")

    def _with(self, lines: list[str], name: str, value: str) -> list[str]:
        sets = self._sets(name)
        wanted = f"{name}{self.separator}{value}"
        where = [number for number, line in enumerate(lines) if sets.match(line)]
        if not where:
            return [*lines, wanted]
        # One that says so already is not written otherwise for the width of its blanks.
        first = lines[where[0]]
        kept = first if sets.sub("", first, count=1).strip() == value else wanted
        return [*lines[: where[0]], kept, *(line for n, line in enumerate(lines) if n > where[0] and n not in where)]

    def _without(self, lines: list[str], name: str, value: str, was: Sequence[str]) -> list[str]:
        sets = self._sets(name)
        where = [number for number, line in enumerate(lines) if sets.match(line)]
        if len(where) != 1 or sets.sub("", lines[where[0]], count=1).strip() != value:
            return lines
        return [*lines[: where[0]], *was, *lines[where[0] + 1 :]]
