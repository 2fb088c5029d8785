# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One table of kernel values from many wishes: what is needed wins over policy, and policy over tuning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.kernel_rows import (
    NEED,
    OWNERS,
    Machine,
    Row,
    rows,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting

# Values that break the machine's stores or engine though nobody's row names another one as a need.
FORBIDDEN = {
    ("vm.overcommit_memory", "2"): "docker: containers' programs reserve more than they use and would fail",
    ("net.ipv4.conf.all.forwarding", "0"): "docker: containers are reached by forwarding",
    ("net.ipv4.conf.default.forwarding", "0"): "docker: its bridges come later and would not forward",
    ("user.max_user_namespaces", "0"): "docker: builds and sandboxes in containers would fail",
}
# Written first: its change resets all of net.ipv4.conf (the kernel's ip-sysctl).
FIRST = ("net.ipv4.ip_forward",)


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A wish that lost: whose, what it wanted, whose won with what, and why."""

    name: str
    wanted: str
    by: str
    won: str
    winner: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """The values with their reasons, the wishes that lost, and what overrides break."""

    settings: list[Setting]
    conflicts: list[Conflict]
    findings: list[Finding]

    def as_dict(self) -> dict[str, Any]:
        """Return the plan's part: settings and conflicts."""
        return {
            "settings": [each.as_dict() for each in self.settings],
            "conflicts": [asdict(each) for each in self.conflicts],
        }


def plain(value: str) -> str:
    """Return a value as the kernel prints it, with one blank between words."""
    return " ".join(value.split())


def _grouped(wishes: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the wishes by name, the winner of each first, in the order in which they are to be written."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(wishes, key=lambda row: (-row.strength, OWNERS.index(row.owner), row.value)):
        groups.setdefault(row.name, []).append(row)
    return dict(sorted(groups.items(), key=lambda group: (group[0] not in FIRST, group[0])))


def merge(wishes: Iterable[Row]) -> tuple[list[Row], list[Conflict]]:
    """Return the winners and every loser that wanted another value; the order of the wishes does not matter."""
    winners, conflicts = [], []
    for name, (best, *others) in _grouped(wishes).items():
        winners.append(best)
        conflicts += [
            Conflict(name=name, wanted=row.value, by=row.owner, won=best.value, winner=best.owner, reason=best.reason)
            for row in others
            if plain(row.value) != plain(best.value)
        ]
    return winners, conflicts


def _broken(name: str, value: str, best: Row | None, path: str) -> list[Finding]:
    needed = best if best is not None and best.strength == NEED and plain(value) != plain(best.value) else None
    why = f"{needed.owner}: {needed.reason}" if needed else FORBIDDEN.get((name, plain(value)))
    if why is None:
        return []
    rule = f"must be {needed.value} ({why})" if needed else f"must not be {value} ({why})"
    return [Finding(path=f"{path}.{name}", value=value, rule=rule, hint="leave it out: the planned value works")]


def tune(machine: Machine, overrides: Mapping[str, str], path: str) -> Tuned:
    """Return the one table for a machine. overrides: values by name, as declared; path: theirs, for findings."""
    winners, conflicts = merge(rows(machine))
    best = {row.name: row for row in winners}
    settings = [
        Setting(name=row.name, value=row.value, reason=f"{row.owner}: {row.reason}")
        for row in winners
        if row.name not in overrides
    ]
    findings = []
    for name, raw in overrides.items():
        value = plain(raw)
        if not value:
            rule = "must have a value"
            findings.append(Finding(path=f"{path}.{name}", value=raw, rule=rule, hint="give one, or leave it out"))
            continue
        settings.append(Setting(name=name, value=value, reason="declared"))
        row = best.get(name)
        findings += _broken(name, value, row, path)
        if row is not None and plain(row.value) != value:
            lost = {"name": name, "wanted": row.value, "by": row.owner}
            conflicts.append(Conflict(**lost, won=value, winner="declared", reason="declared"))
    settings.sort(key=lambda setting: (setting.name not in FIRST, setting.name))
    return Tuned(settings=settings, conflicts=conflicts, findings=findings)
