# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Settings in a file of somebody else's: what is ours is brought to its value, every other line stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names with their values. separator: what stands between the two; any blanks are taken for a blank one."""

    rows: tuple[tuple[str, str], ...]
    separator: str

    def applied(self, text: str) -> str:
        """Return the file's text with the settings: each once, in the place of its first line, else at the end."""
        lines = text.splitlines()
        for name, value in self.rows:
            lines = self._with(lines, name, value)
        return "".join(f"{line}\n" for line in lines)

    def _with(self, lines: list[str], name: str, value: str) -> list[str]:
        between = rf"\s*{re.escape(self.separator.strip())}\s*" if self.separator.strip() else r"\s+"
        sets = re.compile(rf"\s*{re.escape(name)}{between}")
        wanted = f"{name}{self.separator}{value}"
        where = [number for number, line in enumerate(lines) if sets.match(line)]
        if not where:
            return [*lines, wanted]
        # One that says so already is not written otherwise for the width of its blanks.
        first = lines[where[0]]
        kept = first if sets.sub("", first, count=1).strip() == value else wanted
        return [*lines[: where[0]], kept, *(line for n, line in enumerate(lines) if n > where[0] and n not in where)]
