# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The concerns of a hardened machine: what lies there and what runs, compared with the plan."""

from __future__ import annotations

import grp
import pwd
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import kernel_state, packages, unit_state
from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding

RERUN = "run site.yml again"
SHADOW = "/etc/shadow"
# What is expected of files' texts, by path.
WITH_TEXT = ("files", "optional", "texts", "contains")


def _text(path: str) -> str | None:
    """Return a file's text, None where it is not there. Raises OSError where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _named(number: int, find: Any) -> str:
    try:
        return str(find(number)[0])
    except KeyError:
        return str(number)


def access(path: str) -> dict[str, str] | None:
    """Return mode, owner and group by name, None where nothing lies there."""
    try:
        info = Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode = f"{stat.S_IMODE(info.st_mode):04o}"
    return {"mode": mode, "owner": _named(info.st_uid, pwd.getpwuid), "group": _named(info.st_gid, grp.getgrgid)}


def without_password(shadow: str) -> list[str]:
    """Return the accounts of /etc/shadow that are let in without anything: an empty second field."""
    fields = (line.split(":") for line in shadow.splitlines())
    return [field[0] for field in fields if len(field) > 1 and field[1] == ""]


def observe(expect: Mapping[str, Any], run: Run | None = None) -> dict[str, Any]:
    """Return what lies there of each path, which packages are installed, and the state of each unit."""
    wanted = expect.get("hardening")
    if not wanted:
        return {}
    ask, names = run or runner(), [unit["name"] for unit in wanted["units"]]
    command = ["systemctl", "show", "--property=" + ",".join(unit_state.ALL_PROPERTIES), *names]
    shown = unit_state.parse_blocks(ask(command, "").out, names) if names else {}
    return {
        "container": kernel_state.in_container(),
        "packages": sorted(packages.installed(ask(packages.QUERY, "").out)),
        "texts": {path: _text(path) for path in {name for kind in WITH_TEXT for name in wanted[kind]}},
        "modes": {path: access(path) for path in wanted["modes"]},
        "units": shown,
        "without_password": without_password(_text(SHADOW) or ""),
    }


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "//"))]


def says(text: str, name: str, value: str) -> bool:
    """Tell whether a line that is no comment gives a name this value, however its format writes that.

    In either case: sshd takes a name so, and a line of an owner's that says the same is left as it is.
    """
    name, value, *lines = (" ".join(each.split()) for each in (name, value, *_lines(text)))
    named = re.compile(re.escape(name), re.IGNORECASE)
    return any(value in named.sub("", line, count=1) for line in lines if named.search(line))


def _said(path: str, rows: Iterable[tuple[str, str]], text: str) -> Iterator[Finding]:
    for name, value in rows:
        if not says(text, name, value):
            yield Finding(path=path, rule=f"must have {name} {value}".rstrip(), hint=RERUN)


def _files(wanted: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    for path, rows in wanted["files"].items():
        text = seen["texts"].get(path)
        if text is None:
            yield Finding(path=path, rule="must be there", hint=RERUN)
            continue
        yield from _said(path, rows, text)
    for path, rows in wanted["optional"].items():
        # What a system does not bring has no settings.
        yield from _said(path, rows, text) if (text := seen["texts"].get(path)) is not None else ()
    for path, content in wanted["texts"].items():
        if seen["texts"].get(path) != content:
            yield Finding(path=path, rule="must be as it was written", hint=RERUN)
    for path, words in wanted["contains"].items():
        for word in words:
            if not any(word in line for line in _lines(seen["texts"].get(path) or "")):
                hint = "pam-auth-update leaves a file alone that somebody has edited: pam-auth-update --force"
                yield Finding(path=path, rule=f"must have {word}", hint=hint)


def _modes(wanted: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    for path, each in wanted["modes"].items():
        found = seen["modes"].get(path)
        # What the vendor does not bring needs no mode.
        if found is not None and found != each:
            yield Finding(path=path, value=_shown(found), rule=f"must be {_shown(each)}", hint=RERUN)


def _shown(each: Mapping[str, str]) -> str:
    return f"{each['mode']} {each['owner']}:{each['group']}"


def _units(wanted: Iterable[Mapping[str, Any]], seen: Mapping[str, Any]) -> Iterator[Finding]:
    for unit in wanted:
        show = seen["units"].get(unit["name"], {})
        state = show.get("ActiveState") or "not there"
        if state == "active" or unit_state.settled(show, background=unit["background"]):
            lacks = unit["kernel"] if state != "active" else ""
        elif unit["kernel"] and seen["container"]:
            lacks = unit["kernel"]
        else:
            hint = f"systemctl status {unit['name']}"
            yield Finding(path=f"units.{unit['name']}", value=state, rule="must be active", hint=hint)
            continue
        if lacks:
            rule = f"must be active, and cannot be here: it needs {lacks}"
            path = f"units.{unit['name']}"
            yield Finding(path=path, value=state, rule=rule, hint="not checked", level=WARNING)


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every difference; a warning where this machine cannot hold something, else an error."""
    wanted, shown = expect.get("hardening"), seen.get("hardening")
    if not wanted or not shown:
        return
    absent = [name for name in wanted["packages"] if name not in shown["packages"]]
    if absent:
        yield Finding(path="packages", value=absent, rule="must be installed", hint=RERUN)
    yield from _files(wanted, shown)
    yield from _modes(wanted, shown)
    yield from _units(wanted["units"], shown)
    # PAM's own rules let such an account in at the console (nullok); sshd lets in by key alone.
    if wanted["contains"] and shown["without_password"]:
        rule, hint = "must have a password or be locked", "passwd --lock NAME"
        yield Finding(path=SHADOW, value=shown["without_password"], rule=rule, hint=hint)
