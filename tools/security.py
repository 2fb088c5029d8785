# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The page about security, from data: concerns with their reasons, what the judges say, what is not done and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import kernel_rows, sshd
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import whole
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Hardening
from tests.bench.report import markdown
from tests.bench.security.__main__ import EDGE, OWN_KERNEL
from tests.bench.security.__main__ import rows as figures
from tests.bench.security.waivers import ALTERNATIVES, CIS, LYNIS, OPEN, TLS, beyond_the_lab, not_given

HEAD = """\
# Security

What a host of ours closes, with the reason of each value, and what outside judges say of it. Each concern has a switch
in `holdfast_stack.hardening`, on unless said; `verify` compares all of it with the live host.

A change of sshd, PAM or sudo is kept only if a fresh login gets in; else the host puts the old state back by itself.
Files are drop-ins wherever the program reads such, and the vendor's main file says the same, for who reads that alone
([0040](decisions/0040-what-auditors-read.md)); of the vendor's own files only single settings, modes and owners are
ours. In a container, which has no kernel of its own, kernel values, audit, clock and AppArmor cannot be held:
`verify` tells of each instead of passing it.

`holdfast_stack.data` puts what containers keep on a disk of its own, encrypted by a key on the system's disk: a disk
that is sent back or thrown away tells nothing ([0035](decisions/0035-a-disk-of-its-own.md)).
"""
# A machine like any other: what differs elsewhere stands in the concerns' own files.
AROUND = Around(os_id="debian", programs=frozenset({"sudo", "usb"}), edge=True)

# The cell of our machine that has a kernel of its own.
OWN_OURS = "holdfast, own kernel"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield from ("", _line(head), "|" + "---|" * len(head), *map(_line, lines))


def _asked(concern: Concern) -> Iterator[tuple[str, ...]]:
    """Yield a line for each thing: where, what, why."""
    for name, why in concern.packages.items():
        yield f"package `{name}`", "installed", why
    for path, rows in concern.files.items():
        for name, value, why in rows:
            yield f"`{path}`", f"`{f'{name} {value}'.strip()}`", why
    for path, each in concern.assigned.items():
        for name, value, why in each.rows:
            yield f"`{path}`", f"`{name} {value}`", why
    for path, text in concern.texts.items():
        yield f"`{path}`", "the whole file", text.reason
    for path, mode, owner, why in concern.modes:
        yield f"`{path}`", f"{mode} {owner}", why
    for name, unit in concern.units.items():
        yield f"unit `{name}`", "runs", unit.reason + (f"; needs {unit.kernel}" if unit.kernel else "")


def _sections() -> Iterator[str]:
    head = ("where", "what", "why")
    yield from ("", "## sshd: the SSH server (`sshd`)")
    shown = sshd.settings(Access(), "10.0")
    yield from _table(head, (("sshd", f"`{each.name} {each.value}`", each.reason) for each in shown))
    yield from ("", "## kernel: values that security asks for (`kernel`)", "")
    yield (
        "What Docker, Redis or PostgreSQL needs wins over these; the plan tells of each that lost. Accept_ra is "
        "left alone where the kernel itself reads advertisements on an interface to other machines."
    )
    values = (*kernel_rows.SECURITY, *kernel_rows.UNLESS_ADVERTISED)
    yield from _table(head, (("kernel", f"`{name} = {value}`", why) for name, value, why, _ in values))
    for name, concern in whole.concerns(Hardening(), AROUND).items():
        yield from ("", f"## {name}: {concern.title} (`{name}`)")
        yield from _table(head, _asked(concern))


def _edge(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    counts = ", ".join(f"{number} {severity}" for severity, number in sorted(found["counts"].items()))
    yield f"testssl.sh of the edge, measured {found['date'][:10]} on a host of the lab with a self-signed certificate:"
    yield f"{counts}. Findings above LOW:"
    said = ((name, what, TLS.get(name, OPEN)) for name, what in found["above_low"].items())
    yield from (*_table(("finding", "what", "why it is waived"), said), "")


def _judged(report: Mapping[str, Any] | None) -> Iterator[str]:
    yield from ("", "## What outside judges say", "")
    if report is None:
        yield "Not measured yet: `make bench-security`."
        return
    yield from _edge(report["cells"].get(EDGE))
    if "holdfast" not in report["cells"]:
        yield "The hosts are not measured yet: `make bench-security`."
        return
    ours = report["cells"]["holdfast"]
    yield f"Measured {ours['date'][:10]} on the lab's hosts (Debian 13 in a container) by `make bench-security`."
    yield from ("", markdown(figures(report["cells"])), "")
    yield (
        f"OpenSCAP: profile {report['profile']}; {ours['cis_not_applicable']} of its rules do not apply there. "
        "The share is of all rules that apply; a waived rule counts as failed."
    )
    still = [name for name in ours["cis_fail"] if name not in CIS]
    yield from ("", "Rules that fail and that nothing waives: " + (", ".join(still) or "none") + ".")
    yield from ("", *_lynis(ours), *_own_kernel(report["cells"]))


def _own_kernel(cells: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a machine with a kernel of its own was judged to be, where one was: the lab's excuses end there."""
    dates = sorted({cells[name]["date"][:10] for name in OWN_KERNEL if name in cells})
    if dates:
        yield ""
        yield (
            "Those with a kernel of their own are virtual machines under software emulation, measured "
            f"{' and '.join(dates)} by `make bench-security KERNEL=own`: Debian 13's own kernel, no boot loader, "
            "a USB bus with nothing on it."
        )
    if OWN_OURS in cells:
        ours = cells[OWN_OURS]
        yield f"There Lynis gave {ours['lynis_given']} of {ours['lynis_most']} points to ours. What it did not give:"
        lost = ((name, str(points), LYNIS.get(name, OPEN)) for name, points in ours["lynis_lost"].items() if points)
        yield from _table(("test", "points", "why"), lost)
        still = [name for name in ours["cis_fail"] if name not in CIS]
        yield from ("", "Rules that fail there and that nothing waives: " + (", ".join(still) or "none") + ".")
        other = sorted(ALTERNATIVES.intersection(ours["cis_fail"]))
        rules = ours["cis_pass"] + len(ours["cis_fail"]) - len(other)
        yield (
            f"{len(other)} of those that fail ask for the other one of two programs of which the benchmark lets an "
            f"owner take one ({', '.join(other)}); of the {rules} rules without them "
            f"{100 * ours['cis_pass'] / rules:.1f} % pass."
        )
        if again := ours.get("asked_again"):
            yield (
                f"Asked again by itself, after a value had changed since: {', '.join(again)}. All else there, Lynis's "
                "points among it, is of before."
            )


def _lynis(ours: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the index comes about: what was given of how much, and both kinds of what was not."""
    lost = {name: points for name, points in ours["lynis_lost"].items() if points}
    lab = {name: points for name, points in lost.items() if beyond_the_lab(name)}
    yield (
        f"Lynis gave {ours['lynis_given']} of {ours['lynis_most']} points; the index is that share, rounded down. "
        f"It took {sum(lab.values())} for what no host of the lab can hold, which has no kernel and no hardware of "
        "its own. The index does not count them:"
    )
    yield from _points(lab)
    yield from ("", f"And {sum(lost.values()) - sum(lab.values())} for what is done otherwise:")
    yield from _points({name: points for name, points in lost.items() if name not in lab})


def _points(lost: Mapping[str, int]) -> Iterator[str]:
    yield from _table(
        ("test", "points", "why"), ((name, str(points), not_given(name)) for name, points in lost.items())
    )


def _locked_out(root: Path) -> Iterator[str]:
    """Yield how often everybody was locked out, and let in again, where that was measured."""
    file = root / "docs/bench/lockout.json"
    if not file.exists():
        return
    (found,) = json.loads(file.read_text(encoding="utf-8"))["cells"].values()
    yield from ("", "## Locked out, and in again", "")
    again = f"make bench-lockout LOCKOUTS={found['trials']} SEED={found['seed']}"
    yield (
        f"Measured {found['date'][:10]} by `{again}`: bad changes at random, {found['sshd']} of sshd and "
        f"{found['nftables']} of nftables; in {found['killed']} the controller was killed between change and "
        f"confirmation, in {found['power']} the host lost its power as well. A fresh login worked within "
        f"{found['limit_seconds']} s in {found['passed']} of {found['trials']}; the slowest was shut for "
        f"{found['slowest']:.1f} s."
    )


def page(root: Path) -> str:
    """Return the page. root: of the checkout, where docs/bench holds the latest figures."""
    file = root / "docs/bench/security.json"
    report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
    lines = [*_sections(), *_locked_out(root), *_judged(report), "", "## Rules of the benchmark that are waived"]
    lines += [*_table(("rule", "why"), iter(CIS.items())), ""]
    return HEAD + "\n".join(lines)
