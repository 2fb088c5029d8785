# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Places where backups would go, looked at with their credentials and key before anything of the host is changed.

Each place has a repository of restic's beside pgBackRest's, under the same key; restic is a program of the host, so
what it finds tells of both.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import backup_settings, envfile
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import CONFIG, Repository
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

PATH = "holdfast_stack.backup.repositories"
KEY = "BACKUP_KEY"
# What the texts of the host's files name; another directory stands for it while a place is tried.
DIRECTORY = str(CONFIG.parent)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be tried. stack: its name. files: paths below DIRECTORY to texts with ``${secret:NAME}`` in them.

    values: secrets by name, never shown.
    """

    stack: str
    repositories: tuple[Repository, ...]
    files: Mapping[str, str]
    values: Mapping[str, str] = field(repr=False)


def parse(options: Mapping[str, Any]) -> Wanted:
    """Return what a module's options ask for. Raises ValueError, and OSError for secrets that cannot be read."""
    files = {each["path"]: each["content"] for each in options["files"] if each["path"].startswith(f"{DIRECTORY}/")}
    shown = str(CONFIG)
    if shown not in files:
        raise ValueError(f"files has no {shown}")
    told = backup_settings.parse(json.loads(files.pop(shown)))
    named: set[str] = {KEY}.union(*(envfile.references(text) for text in files.values()))
    return Wanted(
        stack=told.stack,
        repositories=tuple(each for each in told.repositories if each.number in options["numbers"]),
        files=files,
        values=_values(named, Path(options["secrets_directory"]), options["provided"] or {}),
    )


def _values(names: set[str], directory: Path, provided: Mapping[str, Any]) -> dict[str, str]:
    """Return the values that a run would use: what is given, else what the host has."""
    found = {name: str(provided[name]) for name in names if name in provided}
    for name in sorted(names - found.keys()):
        if (directory / name).is_file():
            found[name] = (directory / name).read_text(encoding="utf-8")
    return found


@contextmanager
def _laid_out(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Have the files, with secrets in them, in a directory for root alone. Yield it and the file of the key."""
    with tempfile.TemporaryDirectory(prefix="holdfast-places-") as directory:
        for path, text in wanted.files.items():
            if envfile.references(text) <= wanted.values.keys():
                own = Path(path.replace(DIRECTORY, directory, 1))
                own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                own.touch(mode=0o600)
                own.write_text(envfile.fill(text, wanted.values), encoding="utf-8")
        key = Path(directory, KEY)
        key.touch(mode=0o600)
        key.write_text(wanted.values.get(KEY, ""), encoding="utf-8")
        yield directory, str(key)


def _moved(repository: Repository, directory: str) -> Repository:
    options = tuple(each.replace(DIRECTORY, directory) for each in repository.options)
    return replace(repository, options=options, env_file=repository.env_file.replace(DIRECTORY, directory))


def look(wanted: Wanted, run: Run) -> tuple[list[Finding], list[int]]:
    """Return what speaks against the places, and the numbers of those that have no backups yet. Nothing is written."""
    findings: list[Finding] = []
    fresh: list[int] = []
    with _laid_out(wanted) as (directory, key):
        for each in wanted.repositories:
            place = Restic(repository=_moved(each, directory), run=run, password_file=key, host=wanted.stack)
            found = _against(place, wanted)
            findings += found
            if not found and place.identity() is None:
                fresh.append(each.number)
    return findings, fresh


def _against(place: Restic, wanted: Wanted) -> list[Finding]:
    number, where = place.repository.number, place.repository.where
    path = f"{PATH}[{number - 1}]"
    try:
        if place.identity() is None:
            return []
        others = sorted(_hosts(place) - {wanted.stack})
    except FilesError as problem:
        return [_told(path, where, str(problem))]
    if not others:
        return []
    rule = f"holds the backups of {', '.join(others)}, and two stacks in one place would remove what the other keeps"
    return [Finding(path=path, value=where, rule=rule, hint="give it a path of its own")]


def _told(path: str, where: str, problem: str) -> Finding:
    if "another key" in problem:
        rule = f"holds backups that were made with another key than {KEY}"
        hint = (
            f"the key of the recovery kit, or a place without backups; without {KEY} in app_secrets the host keeps its"
        )
        return Finding(path=path, value=where, rule=rule, hint=hint)
    rule, hint = f"must answer: {problem}", "its credentials are in app_secrets; a firewall may be between"
    return Finding(path=path, value=where, rule=rule, hint=hint)


def _hosts(place: Restic) -> set[str]:
    """Return under which names of stacks there are snapshots. Raises FilesError."""
    result = place.good(place.call("--no-lock", "snapshots", "--json"), "list its snapshots")
    snapshots: Sequence[Mapping[str, Any]] = json.loads(result.out) or []
    return {str(each["hostname"]) for each in snapshots}
