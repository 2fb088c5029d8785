# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Read what the judges print."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# oscap draws over its lines: a carriage return, or a new line of it, stands between name and value.
VERDICT = re.compile(r"^Rule\s+xccdf_org\.ssgproject\.content_rule_(\S+)$|^Result\s+(\w+)$", re.MULTILINE)
POINTS = re.compile(r"Performing test ID (\S+)|assigned partial number of hardening points \((\d+) of (\d+)\)")


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


def lost_points(log: str) -> dict[str, int]:
    """Return how many points each test of Lynis did not give, from its log."""
    lost: dict[str, int] = {}
    test = ""
    for match in POINTS.finditer(log):
        if match[1]:
            test = match[1]
        else:
            lost[test] = lost.get(test, 0) + int(match[3]) - int(match[2])
    return lost


def ssh_audit(text: str) -> dict[str, int]:
    """Return how many lines of ssh-audit's plain text are failures and warnings."""
    return {name: len(re.findall(rf"\[{name}\]", text)) for name in ("fail", "warn")}


def cell(said: Mapping[str, str], waived: Mapping[str, str]) -> dict[str, Any]:
    """Return the figures of a host. said: what oscap, lynis.report, lynis.log and ssh-audit printed."""
    rules = openscap(said["oscap"])
    passed, failed = len(rules.get("pass", ())), sorted(rules.get("fail", ()))
    ssh = ssh_audit(said["ssh-audit"])
    return {
        "lynis": hardening_index(said["lynis.report"]),
        "cis_pass": passed,
        "cis_fail": failed,
        "cis_percent": round(100 * passed / (passed + len(failed)), 1),
        "cis_waived": [name for name in failed if name in waived],
        "cis_not_applicable": len(rules.get("notapplicable", ())),
        "lynis_lost": lost_points(said["lynis.log"]),
        "ssh_fail": ssh["fail"],
        "ssh_warn": ssh["warn"],
    }
