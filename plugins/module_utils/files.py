# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Many files at once: what differs, checked before anything is replaced, then replaced one rename at a time."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.file_state import (
    Access,
    State,
    parents_missing,
    parse_access,
    read_state,
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One path and what should lie there. kind: file, settings (of a file of somebody else's), access (mode and owner
    alone), directory or absent. access is None for absent and settings.
    """

    path: Path
    kind: str
    access: Access | None = None
    content: bytes = b""
    validate: str = ""
    settings: Settings | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One step. action: make (a directory), write, attributes or remove. before and after are for the diff."""

    action: str
    entry: Entry
    before: str
    after: str

    def diff(self) -> dict[str, str]:
        """Return the change in the shape that Ansible prints."""
        path = str(self.entry.path)
        return {"before": self.before, "after": self.after, "before_header": path, "after_header": path}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Everything that a run is asked for. parents: the access of directories that are made on the way."""

    entries: tuple[Entry, ...]
    parents: Access

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of the wanted text by path."""
        return {str(e.path): hashlib.sha256(e.content).hexdigest() for e in self.entries if e.kind == "file"}


def parse(options: dict[str, Any], *, lenient: bool = False) -> tuple[Wanted, list[Finding]]:
    """Return what the options files, directories, parents and absent ask for, and all that is wrong with them."""
    entries = []
    parents = {"mode": "0755", "owner": "root", "group": "root"} | (options.get("parents") or {})
    parent_access, findings = parse_access(parents, "parents", lenient=lenient)
    for kind, key in (("directory", "directories"), ("file", "files")):
        for number, item in enumerate(options.get(key) or []):
            access, found = parse_access(item, f"{key}[{number}]", lenient=lenient)
            findings += found
            entries.append(_entry(item, kind, access))
    entries += [Entry(path=Path(path), kind="absent") for path in options.get("absent") or []]
    return Wanted(entries=tuple(entries), parents=parent_access), findings + _check_entries(entries)


def _entry(item: dict[str, Any], kind: str, access: Access) -> Entry:
    path, check, text, rows = Path(item["path"]), item.get("validate") or "", item.get("content"), item.get("rows")
    if rows and text is None:
        how = Format(**{each.name: item[each.name] for each in fields(Format) if each.name in item})
        wanted = Settings(rows=tuple((row["name"], row["value"]) for row in rows), format=how)
        return Entry(path=path, kind="settings", settings=wanted, validate=check)
    kind = "access" if kind == "file" and text is None else kind
    return Entry(path=path, kind=kind, access=access, content=(text or "").encode(), validate=check)


def _check_entries(entries: Iterable[Entry]) -> list[Finding]:
    findings, seen = [], set()
    for entry in entries:
        path = str(entry.path)
        if not entry.path.is_absolute() or ".." in entry.path.parts or entry.path == Path("/"):
            findings.append(Finding(path=path, rule="is an absolute path below / without '..'"))
        if entry.path in seen:
            findings.append(Finding(path=path, rule="is named once", hint="named twice, or both written and removed"))
        seen.add(entry.path)
        if entry.validate and "%s" not in entry.validate:
            findings.append(Finding(path=path, value=entry.validate, rule="its validate command holds %s"))
    return findings


def plan(wanted: Wanted) -> tuple[list[Change], list[Finding]]:
    """Return the steps from what is there to ``wanted``, in their order, and what forbids them. Raises OSError."""
    made: dict[Path, Change] = {}
    rest, findings = list[Change](), list[Finding]()
    going = {entry.path for entry in wanted.entries if entry.kind == "absent"}
    named = {entry.path for entry in wanted.entries if entry.kind == "directory"}
    # Directories from the top down, files as given, removals from the bottom up: a directory is empty in its turn.
    order = {"directory": 0, "file": 1, "settings": 1, "access": 1, "absent": 2}
    for entry in sorted(wanted.entries, key=lambda e: (order[e.kind], _depth(e))):
        for parent in parents_missing(entry.path) if entry.kind in ("directory", "file") else []:
            if parent not in made and parent not in named:
                made[parent] = _make(Entry(path=parent, kind="directory", access=wanted.parents))
        state = _look(entry)
        findings += _forbidden(entry, state, going)
        change = _STEPS[entry.kind](entry, state)
        if change is None:
            continue
        if change.action == "make":
            made[entry.path] = change
        else:
            rest.append(change)
    return [made[path] for path in sorted(made)] + rest, findings


def _depth(entry: Entry) -> int:
    return {"directory": 1, "absent": -1}.get(entry.kind, 0) * len(entry.path.parts)


def _look(entry: Entry) -> State:
    state = read_state(entry.path)
    if entry.kind == "directory" and state.kind == "link" and entry.path.is_dir():
        return read_state(entry.path.resolve())  # /var/run and its like are as good as a directory
    return state


def _forbidden(entry: Entry, state: State, going: set[Path]) -> list[Finding]:
    path = str(entry.path)
    blocking = [parent for parent in entry.path.parents if parent.exists() and not parent.is_dir()]
    if blocking and entry.kind != "absent":
        return [Finding(path=path, value=str(blocking[0]), rule="lies below directories only")]
    if entry.kind in ("file", "settings") and state.kind in ("directory", "other"):
        return [Finding(path=path, value=state.kind, rule="is a file or not there", hint="remove it first")]
    if entry.kind == "directory" and state.kind not in ("absent", "directory"):
        return [Finding(path=path, value=state.kind, rule="is a directory or not there", hint="remove it first")]
    if entry.kind == "absent" and state.kind == "directory":
        left = sorted(child.name for child in entry.path.iterdir() if child not in going)
        if left:
            return [Finding(path=path, value=left[:5], rule="is empty before it is removed", hint="name that, too")]
    return []


def _make(entry: Entry) -> Change:
    if entry.access is None:
        raise TypeError(f"{entry.path} is to be made, and has no access")
    return Change(action="make", entry=entry, before="", after="directory " + entry.access.text())


def _step_directory(entry: Entry, state: State) -> Change | None:
    return _make(entry) if state.access is None else _attributes(entry, state)


def _attributes(entry: Entry, state: State) -> Change | None:
    if entry.access is None or state.access is None:
        raise TypeError(f"{entry.path} has no access to compare")
    if entry.access == state.access:
        return None
    return Change(action="attributes", entry=entry, before=state.access.text(), after=entry.access.text())


def _step_file(entry: Entry, state: State) -> Change | None:
    if state.kind == "file" and state.content == entry.content:
        return _attributes(entry, state)
    before = state.content.decode(errors="replace")
    return Change(action="write", entry=entry, before=before, after=entry.content.decode(errors="replace"))


def _step_absent(entry: Entry, state: State) -> Change | None:
    if state.kind == "absent":
        return None
    before = state.content.decode(errors="replace") or f"{state.kind}\n"
    return Change(action="remove", entry=entry, before=before, after="")


def _step_access(entry: Entry, state: State) -> Change | None:
    return _attributes(entry, state) if state.kind in ("file", "directory") else None


def _step_settings(entry: Entry, state: State) -> Change | None:
    if state.kind != "file" or entry.settings is None:
        return None
    text = entry.settings.applied(state.content.decode(errors="surrogateescape"))
    return _step_file(replace(entry, access=state.access, content=text.encode(errors="surrogateescape")), state)


_STEPS: dict[str, Callable[[Entry, State], Change | None]] = {
    "directory": _step_directory,
    "file": _step_file,
    "absent": _step_absent,
    "settings": _step_settings,
    "access": _step_access,
}


def validate(changes: Iterable[Change], staging: Path, run: Run) -> list[Finding]:
    """Return a finding for each new text that its checker refuses. staging: a private directory."""
    findings = []
    checked = [change.entry for change in changes if change.action == "write" and change.entry.validate]
    for number, entry in enumerate(checked):
        # A directory each keeps the file's own name, by which some checkers know what they read.
        place = staging / str(number) / entry.path.name
        place.parent.mkdir(mode=0o700)
        place.write_bytes(entry.content)
        command = [word.replace("%s", str(place)) for word in shlex.split(entry.validate)]
        result = run(command, "")
        if result.status != 0:
            rule = f"passes {entry.validate}"
            findings.append(Finding(path=str(entry.path), rule=rule, hint=(result.out + result.err).strip()[-2000:]))
    return findings


def apply(changes: Iterable[Change]) -> None:
    """Take the steps. Raises OSError at the first that fails; those before it stand, and the next run goes on.

    A path without access is one to remove.
    """
    for change in changes:
        path, access = change.entry.path, change.entry.access
        if access is None:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            atomic.sync_directory(path.parent)
        elif change.action == "make" and not path.is_dir():
            atomic.make_directory(path, access.owned())
        elif change.action == "write":
            atomic.write_file(path, change.entry.content, access.owned())
        else:
            # Also of a directory that somebody made since the step was planned: the guard keeps its own below one.
            atomic.set_attributes(path, access.owned())


def clear_leftovers(wanted: Wanted) -> None:
    """Remove what a killed run left beside the wanted paths. Raises OSError."""
    for entry in wanted.entries:
        atomic.clear(entry.path)
        for parent in entry.path.parents[:-1]:
            atomic.clear(parent)
