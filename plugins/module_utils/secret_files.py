# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The secrets' files: read, compared and written."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import atomic, secret_store
from ansible_collections.holdfast.host.plugins.module_utils.file_state import (
    Access,
    State,
    parents_missing,
    read_state,
)
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import Values, Wanted

ROOT_DIRECTORY = Access(mode=0o700, uid=0, gid=0)
PARENT = Access(mode=0o755, uid=0, gid=0)
KEY = Access(mode=0o400, uid=0, gid=0)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One change of one path. data None: a directory, or a path to remove where access is None as well.

    before and after say what a diff may show. keep: a file that appeared meanwhile wins.
    """

    path: Path
    access: Access | None
    data: bytes | None = field(default=None, repr=False)
    attributes_only: bool = False
    keep: bool = False
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps of a run, in order, and what it returns."""

    steps: tuple[Step, ...]
    values: Values
    versions: dict[str, str]
    env_versions: dict[str, str]


def read_values(wanted: Wanted) -> dict[str, str]:
    """Return the values of the files that exist, by name. Raises OSError, and ValueError for one that holds none."""
    names = {secret.name for secret in wanted.names} | {secret.previous for secret in wanted.names if secret.previous}
    values = {}
    for name in sorted(names):
        state = read_state(wanted.directory / name)
        if state.kind == "absent":
            continue
        if state.kind != "file" or not state.content:
            raise ValueError(f"{wanted.directory / name} exists but holds no secret: remove it to have it made anew")
        try:
            values[name] = state.content.decode()
        except UnicodeDecodeError:  # its text would show a part of the value
            raise ValueError(f"{wanted.directory / name} is not UTF-8 text") from None
    return values


def plan(wanted: Wanted, *, make: bool) -> Plan:
    """Return the steps. Without ``make`` (check mode) nothing is generated. Raises OSError and ValueError."""
    values = secret_store.decide(wanted, read_values(wanted), make=make)
    key_path = wanted.directory / secret_store.KEY_FILE
    key = read_state(key_path).content or (secrets.token_bytes(32) if make else b"")
    steps = _directories([wanted.directory], ROOT_DIRECTORY)
    steps += _file(key_path, key or None, KEY, "key of the versions")
    for secret in wanted.names:
        if not wanted.replace and secret.name not in values.created:
            continue
        value = values.values.get(secret.name)
        data = None if value is None else value.encode()
        path = wanted.directory / secret.name
        steps += _file(path, data, secret.access, "secret", keep=secret.name in values.created)
    texts = {env.path: secret_store.env_text(env, values.values) for env in wanted.env_files}
    made = {step.path for step in steps}
    steps += [step for step in _directories({path.parent for path in texts}, None) if step.path not in made]
    for env in wanted.env_files:
        text = texts[env.path]
        shown = "variables: " + ", ".join(env.variables) if env.content is None else "text with secrets"
        steps += _file(env.path, None if text is None else text.encode(), env.access, shown)
    steps += [
        Step(path=path, access=None, before="environment file\n")
        for path in wanted.absent
        if read_state(path, content=False).kind != "absent"
    ]
    known = {name: value for name, value in values.values.items() if key}
    versions = {name: secret_store.version(key, name, value) for name, value in known.items()}
    rendered = {str(path): text for path, text in texts.items() if text is not None and key}
    env_versions = {path: secret_store.version(key, path, text) for path, text in rendered.items()}
    return Plan(steps=tuple(steps), values=values, versions=versions, env_versions=env_versions)


def _directories(paths: Iterable[Path], own: Access | None) -> list[Step]:
    steps = {}
    for path in sorted(paths):
        access = own or PARENT
        missing = [*parents_missing(path), path]
        for directory in missing:
            wanted = access if directory == path else PARENT
            state = read_state(directory)
            if state.kind == "absent":
                steps[directory] = Step(path=directory, access=wanted, after="directory " + wanted.text())
            elif own and directory == path and state.access != own:
                steps[directory] = _attributes(directory, wanted, state)
    return list(steps.values())


def _attributes(path: Path, access: Access, state: State) -> Step:
    before = state.access.text() if state.access else ""
    return Step(path=path, access=access, attributes_only=True, before=before, after=access.text())


def _file(path: Path, data: bytes | None, access: Access, what: str, *, keep: bool = False) -> list[Step]:
    state = read_state(path)
    if state.kind not in ("absent", "file", "link"):
        raise ValueError(f"{path} is a {state.kind}, not a file")
    if state.kind == "file" and state.content == data:
        return [] if state.access == access else [_attributes(path, access, state)]
    before = "" if state.kind == "absent" else f"{what} (other content)\n"
    step = Step(path=path, access=access, data=data or b"", keep=keep, before=before, after=f"{what}\n")
    return [step]


def apply(wanted: Wanted, steps: Iterable[Step]) -> None:
    """Take the steps, after removing what a killed run left. Raises OSError."""
    names = [secret_store.KEY_FILE, *(secret.name for secret in wanted.names)]
    for path in [wanted.directory, *(wanted.directory / name for name in names), *(e.path for e in wanted.env_files)]:
        atomic.clear(path)
    for step in steps:
        if step.access is None:
            step.path.unlink()
            atomic.sync_directory(step.path.parent)
        elif step.attributes_only:
            atomic.set_attributes(step.path, step.access.owned())
        elif step.data is None:
            atomic.make_directory(step.path, step.access.owned())
        else:
            atomic.write_file(step.path, step.data, step.access.owned(), keep=step.keep)
