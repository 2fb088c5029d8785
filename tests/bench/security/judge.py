# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Read what the judges print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# oscap draws over its lines: a carriage return, or a new line of it, stands between name and value.
VERDICT = re.compile(r"^Rule\s+xccdf_org\.ssgproject\.content_rule_(\S+)$|^Result\s+(\w+)$", re.MULTILINE)
# What a rule that applies and is not passed may end with: a judge that stumbled proves nothing.
NOT_PASSED = ("fail", "error", "unknown")
# A kernel value is one line of a test that has many of them.
POINTS = re.compile(
    r"Performing test ID (?P<test>\S+)|Result: sysctl key (?P<key>\S+) has a different value"
    r"|hardening points(?: for this item)? \((?P<got>\d+)(?: of (?P<of>\d+))?\)\."
    r" Currently having (?P<given>\d+) points \(out of (?P<most>\d+)\)"
)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one line of Lynis's log gives. given, most: the sums with it, as the line tells."""

    name: str
    got: int
    of: int
    given: int
    most: int


def openscap(text: str) -> dict[str, list[str]]:
    """Return the rules by result (pass, fail, notapplicable, ...) from what ``oscap xccdf eval`` printed."""
    found: dict[str, list[str]] = {}
    rule = ""
    for match in VERDICT.finditer(text):
        if match[1]:
            rule = match[1]
        else:
            found.setdefault(match[2], []).append(rule)
    return found


def hardening_index(report: str) -> int:
    """Return Lynis's index from its report. Raises ValueError where it has none."""
    match = re.search(r"^hardening_index=(\d+)$", report, re.MULTILINE)
    if match is None:
        raise ValueError("Lynis's report has no hardening index")
    return int(match[1])


def _told(log: str) -> Iterator[Given]:
    name = ""
    for match in POINTS.finditer(log):
        if match["test"]:
            name = match["test"]
        elif match["key"]:
            name = f"{name.partition(' ')[0]} {match['key']}"
        else:
            got, of = int(match["got"]), int(match["of"] or match["got"])
            yield Given(name=name, got=got, of=of, given=int(match["given"]), most=int(match["most"]))


def points(log: str) -> list[Given]:
    """Return the lines of Lynis's log that count; its index is the last one's share, rounded down.

    FIRE-4508 counts in a subshell: what it tells never reaches the sums, and the next line begins where it began.
    Raises ValueError where no points are told.
    """
    told = list(_told(log))
    if not told:
        raise ValueError("Lynis's log has no points")
    counted = [
        line
        for line, after in pairwise(told)
        if (after.given - after.got, after.most - after.of) == (line.given, line.most)
    ]
    return [*counted, told[-1]]


def lost_points(given: Iterable[Given]) -> dict[str, int]:
    """Return how many points each test of Lynis did not give; a kernel value's with its name."""
    lost: dict[str, int] = {}
    for line in given:
        if line.got < line.of:
            lost[line.name] = lost.get(line.name, 0) + line.of - line.got
    return lost


def ssh_audit(text: str) -> dict[str, int]:
    """Return how many lines of ssh-audit's plain text are failures and warnings."""
    return {name: len(re.findall(rf"\[{name}\]", text)) for name in ("fail", "warn")}


def cell(said: Mapping[str, str], waived: Mapping[str, str]) -> dict[str, Any]:
    """Return the figures of a host. said: what oscap, lynis.report, lynis.log and ssh-audit printed."""
    rules = openscap(said["oscap"])
    passed = len(rules.get("pass", ()))
    failed = sorted(name for result in NOT_PASSED for name in rules.get(result, ()))
    ssh, given = ssh_audit(said["ssh-audit"]), points(said["lynis.log"])
    return {
        "lynis": hardening_index(said["lynis.report"]),
        "cis_pass": passed,
        "cis_fail": failed,
        "cis_percent": round(100 * passed / (passed + len(failed)), 1),
        "cis_waived": [name for name in failed if name in waived],
        "cis_not_applicable": len(rules.get("notapplicable", ())),
        "lynis_given": given[-1].given,
        "lynis_most": given[-1].most,
        "lynis_lost": lost_points(given),
        "ssh_fail": ssh["fail"],
        "ssh_warn": ssh["warn"],
    }
