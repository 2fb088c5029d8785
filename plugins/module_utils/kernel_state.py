# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kernel values: the drop-in's text, what runs, and what has to be written to reach the wanted values."""

from __future__ import annotations

import errno
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SYS = "/proc/sys"
# Names that are there only once a module is loaded, with the module and who loads it.
OF_MODULES = {
    "net.bridge.": "br_netfilter, which Docker loads",
    "net.netfilter.nf_conntrack": "nf_conntrack, which the firewall needs",
    "net.nf_conntrack": "nf_conntrack, which the firewall needs",
    "kernel.sysrq": "SysRq, which a kernel may be built without",
    "kernel.yama.": "yama, which a kernel may be built without",
    "net.ipv6.": "ipv6, which may be switched off",
}
# Of these, what is loaded once the host is up.
LATER = ("net.bridge.", "net.netfilter.nf_conntrack", "net.nf_conntrack")
# What has to be loaded before boot sets the values: by itself it comes with the first rule or container, after that.
EARLY = {"net.netfilter.nf_conntrack": "nf_conntrack", "net.nf_conntrack": "nf_conntrack"}
# Where a container's engine leaves its mark.
MARKS = ("/.dockerenv", "/run/.containerenv", "/run/systemd/container")
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was set (or would be), what cannot be held here and why, and what failed, by name."""

    changed: dict[str, tuple[str, str]]
    unheld: dict[str, str]
    failed: dict[str, str]


def location(name: str, root: str = SYS) -> Path:
    """Return a value's file. sysctl.d(5): a dot parts directories; no planned name has one within an interface."""
    return Path(root, *name.split("."))


def same(wanted: str, live: str) -> bool:
    """Tell whether two values are one to the kernel, which prints tabs between words."""
    return wanted.split() == live.split()


def missing(names: Iterable[str], root: str = SYS) -> set[str]:
    """Return the names that the kernel does not know now, or may not know yet when boot sets them."""
    return {name for name in names if name.startswith(LATER) or not location(name, root).exists()}


def modules(names: Iterable[str]) -> list[str]:
    """Return the modules that boot has to load first for some names to be there (modules-load.d(5))."""
    return sorted({module for name in names for start, module in EARLY.items() if name.startswith(start)})


def modules_text(found: Iterable[str]) -> str:
    """Return the list that boot loads, empty for none."""
    head = "# Written by Holdfast, role baseline: kernel values are set after these are there.\n"
    lines = "".join(f"{name}\n" for name in found)
    return head + lines if lines else ""


def text(settings: Iterable[Mapping[str, str]], absent: Container[str] = ()) -> str:
    """Return the drop-in: the reason on the line above each value. absent: names that boot passes over, by a dash.

    All others stand without one: who reads such files to judge a host takes a dash for no value.
    """
    lines = ["# Written by Holdfast, role baseline: the next run overwrites changes.", ""]
    for setting in settings:
        dash = "-" if setting["name"] in absent else ""
        lines += [f"# {setting['reason']}", f"{dash}{setting['name']} = {setting['value']}"]
    return "\n".join(lines) + "\n"


def in_container(marks: Sequence[str] = MARKS) -> bool:
    """Tell whether this is a container, whose kernel belongs to another machine."""
    return any(Path(mark).exists() for mark in marks)


def _read(name: str, root: str) -> str | None:
    try:
        return " ".join(location(name, root).read_text(encoding="utf-8").split())
    except OSError:
        return None


def live(names: Iterable[str], root: str = SYS) -> dict[str, str | None]:
    """Return the values that the kernel runs with; None for a name that it does not know or does not show."""
    return {name: _read(name, root) for name in names}


def absent(name: str) -> str:
    """Return why a name may be missing."""
    module = next((who for start, who in OF_MODULES.items() if name.startswith(start)), None)
    return f"not there without the module {module}" if module else "this kernel does not know it"


def _write(name: str, value: str, root: str) -> OSError | None:
    try:
        # Opened without O_CREAT: what is not there is not made.
        with location(name, root).open("r+", encoding="utf-8") as stream:
            stream.write(value + "\n")
            stream.truncate()
    except OSError as problem:
        return problem
    return None


def apply(settings: Iterable[Mapping[str, str]], *, check: bool, container: bool, root: str = SYS) -> Outcome:
    """Set what differs, in the order given, and read each value back.

    check: only tell. container: what is denied there cannot be held, and is no failure.
    """
    outcome = Outcome(changed={}, unheld={}, failed={})
    for setting in settings:
        name, value = setting["name"], setting["value"]
        now = _read(name, root)
        if now is None:
            there = location(name, root).exists()
            outcome.unheld[name] = "cannot be read here" if there else absent(name)
        elif not same(value, now):
            _set(outcome, (name, value, now), check=check, container=container, root=root)
    return outcome


def _set(outcome: Outcome, wanted: tuple[str, str, str], *, check: bool, container: bool, root: str) -> None:
    name, value, before = wanted
    problem = None if check else _write(name, value, root)
    if problem is not None:
        denied = container and problem.errno in DENIED
        (outcome.unheld if denied else outcome.failed)[name] = f"{value}: {problem.strerror}"
        return
    after = value if check else _read(name, root)
    if after is None or not same(value, after):
        outcome.failed[name] = f"{value}: the kernel keeps {after}"
    else:
        outcome.changed[name] = (before, value)
