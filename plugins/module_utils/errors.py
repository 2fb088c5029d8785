# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Findings: the one way in which the domain says that something is wrong.

A check never stops at the first problem and never prints. It returns findings; whoever called decides what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    path: where, dotted, as the user would write it (``services.web.routes[0].host``).
    value: what stands there, JSON-able, never a secret; None where nothing stands there.
    rule: what must hold. hint: what to do about it. level: ``error`` refuses the run, ``warning`` is printed.
    """

    path: str
    value: Any = None
    rule: str
    hint: str = ""
    level: str = ERROR

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as a JSON-able dict with the keys path, value, rule, hint, level."""
        return asdict(self)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that refuse a run."""
    return [finding for finding in findings if finding.level == ERROR]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are told but refuse nothing."""
    return [finding for finding in findings if finding.level != ERROR]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the known word most like ``word``, or all of them where none is like it."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1)
    return f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(choices)


def line(finding: Finding) -> str:
    """Return a finding as one line, for a log."""
    return f"{finding.path}: {finding.value}: {finding.rule}; {finding.hint}"


def explain(findings: Iterable[Finding]) -> str:
    """Return the findings as text for a terminal: a numbered block each, in the order given."""
    blocks = []
    for number, finding in enumerate(findings, 1):
        lines = [f"{number}. {finding.path}"]
        if finding.value is not None:
            lines.append(f"   value: {finding.value}")
        lines.append(f"   rule:  {finding.rule}")
        if finding.hint:
            lines.append(f"   hint:  {finding.hint}")
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def refusal(findings: Sequence[Finding]) -> str:
    """Return what a run says that is refused by findings."""
    return f"Refused before anything was changed: {len(findings)} finding(s).\n{explain(findings)}"
