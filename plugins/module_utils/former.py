# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lay there before us: noted before the first change, and given back once nobody asks for ours any more.

A ledger is a file below ROOT for each name of a caller. It has a record for each path that the caller asks for, with
what was there, and with what of ours replaced it: what somebody has changed since is theirs, and left as it is. It is
written before the files that it is about, and what was given back leaves it after them, so no moment loses a record.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import files
from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format, Settings, lines_of
from ansible_collections.holdfast.host.plugins.module_utils.file_state import Access, State, read_state
from ansible_collections.holdfast.host.plugins.module_utils.files import Change, Entry, Wanted

ROOT = Path("/var/lib/holdfast/former")
# What a record may be of, by the kind of entry that it is about.
NOTED = {"file": ("file", "absent", "link", "directory", "other"), "access": ("access",), "settings": ("settings",)}
Records = dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What a caller wants together with what is given back. first, last: the ledger's own changes, before and after.

    left: paths that somebody else has changed since; they stay.
    """

    wanted: Wanted
    first: tuple[Change, ...] = ()
    last: tuple[Change, ...] = ()
    left: tuple[str, ...] = ()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _access(access: Access | None) -> list[int | None]:
    return [] if access is None else [access.mode, access.uid, access.gid]


def _text(content: bytes) -> str:
    return content.decode(errors="surrogateescape")


def _was(entry: Entry, state: State) -> dict[str, Any] | None:
    """Return what is to be noted of a path before it is changed; None where there is nothing to give back."""
    if entry.kind == "file":
        kept = {"content": _text(state.content)} if state.kind == "file" else {}
        return {"kind": state.kind, "access": _access(state.access), **kept}
    if entry.kind == "access":
        return {"kind": "access", "access": _access(state.access)} if state.access else None
    return {"kind": "settings", "rows": {}} if state.kind == "file" else None


def _noted(entry: Entry, record: dict[str, Any] | None, state: State) -> dict[str, Any] | None:
    """Return the record of a wanted path: what was, as it is known or as it is seen now, and what is ours."""
    record = record if record and record["kind"] in NOTED[entry.kind] else _was(entry, state)
    if record is None or entry.settings is None:
        ours = _digest(entry.content) if entry.kind == "file" else _access(entry.access)
        return record and {**record, "ours": ours}
    lines, rows = lines_of(_text(state.content)), {}
    for name, value in entry.settings.rows:
        known = record["rows"].get(name)
        rows[name] = {"was": known["was"] if known else entry.settings.of(name, value, lines), "ours": value}
    # What is wanted no more stays noted until it was given back.
    return {**record, **asdict(entry.settings.format), "rows": {**record["rows"], **rows}}


def _format(record: Mapping[str, Any]) -> Format:
    """Return how a file writes settings, as it was noted; an older note has the separator alone."""
    known = {each.name for each in fields(Format)}
    return Format(**{name: value for name, value in record.items() if name in known})


def _back(path: Path, record: Mapping[str, Any], state: State) -> Entry | None:
    """Return the entry that gives a path back; None where it is not ours any more, or was no plain file."""
    if record["kind"] == "settings":
        former = {name: (row["ours"], tuple(row["was"])) for name, row in record["rows"].items()}
        settings = Settings(rows=(), format=_format(record), former=former)
        return Entry(path=path, kind="settings", settings=settings)
    access = Access(**dict(zip(("mode", "uid", "gid"), record["access"], strict=True))) if record["access"] else None
    if record["kind"] == "access":
        return Entry(path=path, kind="access", access=access) if _access(state.access) == record["ours"] else None
    if record["kind"] not in ("file", "absent") or _digest(state.content) != record["ours"]:
        return None
    if record["kind"] == "absent":
        return Entry(path=path, kind="absent")
    content = record["content"].encode(errors="surrogateescape")
    return Entry(path=path, kind="file", access=access, content=content)


def _with_former(entry: Entry, records: Records) -> Entry:
    """Return a wanted entry that also gives back the settings that were wanted once."""
    record = records.get(str(entry.path))
    if entry.settings is None or record is None or record["kind"] != "settings":
        return entry
    gone = record["rows"].keys() - {name for name, _ in entry.settings.rows}
    former = {name: (record["rows"][name]["ours"], tuple(record["rows"][name]["was"])) for name in gone}
    return replace(entry, settings=replace(entry.settings, former=former))


def _ledger(path: Path, records: Records) -> Entry:
    text = json.dumps(records, indent=1, sort_keys=True) + "\n"
    access = Access(mode=0o600, uid=os.geteuid(), gid=os.getegid())
    return Entry(path=path, kind="file", access=access, content=text.encode())


def _asked(wanted: Wanted) -> Iterator[Entry]:
    return (entry for entry in wanted.entries if entry.kind in NOTED)


def _after(records: Records, wanted: Iterable[Entry]) -> Records:
    """Return the records that stay: of what is wanted, without settings that are not."""
    kept: Records = {}
    for entry in wanted:
        record = records.get(str(entry.path))
        if record is not None and entry.settings is not None and record["kind"] == "settings":
            rows = {name: record["rows"][name] for name, _ in entry.settings.rows}
            record = {**record, "rows": rows}
        if record is not None:
            kept[str(entry.path)] = record
    return kept


def remember(wanted: Wanted, name: str, root: Path | None = None) -> Remembered:
    """Return what to do so that what a caller no more asks for is given back. Raises OSError."""
    path = (root or ROOT) / f"{name}.json"
    held: Records = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    asked = {str(entry.path): entry for entry in _asked(wanted)}
    named = {str(entry.path) for entry in wanted.entries}
    records, back, left = dict(held), list[Entry](), list[str]()
    for where, entry in asked.items():
        record = _noted(entry, held.get(where), read_state(entry.path))
        records |= {where: record} if record else {}
    for where in sorted(held.keys() - named):
        state = read_state(Path(where))
        given = _back(Path(where), held[where], state)
        if given is not None:
            back.append(given)
        elif state.kind != "absent":
            left.append(where)
    ledger, after = _ledger(path, records), _ledger(path, _after(records, asked.values()))
    access = Access(mode=0o700, uid=os.geteuid(), gid=os.getegid())
    first = files.plan(Wanted(entries=(ledger,), parents=access))[0] if records else []
    last = [Change(action="write", entry=after, before="", after="")] if ledger.content != after.content else []
    entries = (*(_with_former(entry, held) for entry in wanted.entries), *back)
    return Remembered(wanted=replace(wanted, entries=entries), first=tuple(first), last=tuple(last), left=tuple(left))


def tell(kept: Remembered, warn: Callable[[str], None]) -> None:
    """Warn of what stays."""
    for path in kept.left:
        warn(f"{path} is asked for no more, and stays: somebody has changed it since, or it was no plain file before")
