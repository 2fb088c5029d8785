# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The kinds of value that a stack declaration may hold: each reads one raw value and says what it accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_bytes, parse_cpus, parse_duration

Result = tuple[Any, list[Finding]]


class Kind(Protocol):
    """What a key accepts."""

    @property
    def accepts(self) -> str:
        """What a value has to be, in words that follow "must be"."""

    def read(self, raw: object, path: str) -> Result:
        """Return the typed value and the findings; the value is None where a finding is an error."""


def refuse(path: str, raw: object, accepts: str, hint: str = "") -> Result:
    """Return the result of a value that is not what its key accepts."""
    return None, [Finding(path=path, value=raw, rule=f"must be {accepts}", hint=hint)]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string, matched as a whole against a pattern."""

    accepts: str
    pattern: str = r".+"

    def read(self, raw: object, path: str) -> Result:
        """Return the string; numbers are not taken for strings, so that 1.10 is not read as 1.1."""
        if isinstance(raw, str) and re.fullmatch(self.pattern, raw, re.DOTALL):
            return str(raw), []
        return refuse(path, raw, self.accepts)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One word of a few."""

    choices: Sequence[str]

    @property
    def accepts(self) -> str:
        """Return the words."""
        return "one of " + ", ".join(self.choices)

    def read(self, raw: object, path: str) -> Result:
        """Return the word."""
        if isinstance(raw, str) and raw in self.choices:
            return raw, []
        return refuse(path, raw, self.accepts, nearest(str(raw), self.choices))


@dataclass(frozen=True, kw_only=True)
class Integer:
    """A whole number between two bounds, both allowed."""

    low: int
    high: int

    @property
    def accepts(self) -> str:
        """Return the bounds."""
        return f"a whole number from {self.low} to {self.high}"

    def read(self, raw: object, path: str) -> Result:
        """Return the number."""
        if isinstance(raw, int) and not isinstance(raw, bool) and self.low <= raw <= self.high:
            return int(raw), []
        return refuse(path, raw, self.accepts)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Yes or no."""

    accepts: str = "true or false"

    def read(self, raw: object, path: str) -> Result:
        """Return the boolean."""
        return (raw, []) if isinstance(raw, bool) else refuse(path, raw, self.accepts)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number with a unit, read by one of the parsers of the units module."""

    accepts: str
    parser: Callable[[object], float]

    def read(self, raw: object, path: str) -> Result:
        """Return the number in the parser's base unit."""
        if isinstance(raw, (str, int, float)):
            try:
                return self.parser(raw), []
            except ValueError:
                pass  # The finding below says what the parser's message would, with the key's path.
        return refuse(path, raw, self.accepts)


SIZE = Measure(accepts="a size above zero such as 512MiB or 8GB", parser=parse_bytes)
CPUS = Measure(accepts="a number of CPUs above zero such as 0.5 or 2", parser=parse_cpus)
SECONDS = Measure(accepts="a duration such as 30s or 1h30m", parser=parse_duration)
PORT = Integer(low=1, high=65535)


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """A setting's value, handed on as text."""

    accepts: str = "text, a number, or true or false"

    def read(self, raw: object, path: str) -> Result:
        """Return the value as the text that a configuration file would hold (on and off for booleans)."""
        if isinstance(raw, bool):
            return ("on" if raw else "off"), []
        return (str(raw), []) if isinstance(raw, (str, int, float)) else refuse(path, raw, self.accepts)


@dataclass(frozen=True, kw_only=True)
class ListOf:
    """A list whose entries are all of one kind."""

    entry: Kind

    @property
    def accepts(self) -> str:
        """Return what the entries are."""
        return f"a list; each entry {self.entry.accepts}"

    def read(self, raw: object, path: str) -> Result:
        """Return a tuple of the entries."""
        if isinstance(raw, str) or not isinstance(raw, Sequence):
            return refuse(path, raw, self.accepts)
        results = [self.entry.read(entry, f"{path}[{index}]") for index, entry in enumerate(raw)]
        values = tuple(value for value, _ in results if value is not None)
        return values, [finding for _, found in results for finding in found]


@dataclass(frozen=True, kw_only=True)
class MapOf:
    """Names, each with a value of one kind."""

    entry: Kind
    name: str = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"

    @property
    def accepts(self) -> str:
        """Return what the values are."""
        return f"names, each with {self.entry.accepts}"

    def read(self, raw: object, path: str) -> Result:
        """Return a dict in the order given."""
        if not isinstance(raw, Mapping):
            return refuse(path, raw, self.accepts)
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        for name, entry in raw.items():
            if not (isinstance(name, str) and re.fullmatch(self.name, name)):
                findings += refuse(path, name, "a name of letters, digits, dots, dashes and underscores")[1]
                continue
            value, found = self.entry.read({} if entry is None else entry, f"{path}.{name}")
            findings += found
            if value is not None:
                values[name] = value
        return values, findings


@dataclass(frozen=True, kw_only=True)
class OneOrMore:
    """A single value, or a list of such values."""

    entry: Kind

    @property
    def accepts(self) -> str:
        """Return what a value is."""
        return f"{self.entry.accepts}, or a list of such"

    def read(self, raw: object, path: str) -> Result:
        """Return a tuple, also for a single value."""
        if isinstance(raw, Sequence) and not isinstance(raw, str):
            return ListOf(entry=self.entry).read(raw, path)
        value, findings = self.entry.read(raw, path)
        return (None if value is None else (value,)), findings
