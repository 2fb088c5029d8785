# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the backup program is told on a host: backup.json as dataclasses, refused where it is not as described.

Every key is required and no other is known: a file of another version is told apart, and not half understood.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

CONFIG = Path("/etc/holdfast/backup/backup.json")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """Where copies go. number: counted from 1, its label everywhere. kind: s3, sftp or local. where: for people.

    restic: the repository as restic's ``-r`` takes it. env_file: KEY=VALUE lines for restic, empty for none.
    options: further words for every call of restic.
    """

    number: int
    kind: str
    where: str
    off_host: bool
    restic: str
    env_file: str
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Keep:
    """How long copies are kept, in days. files_days: of Redis, volumes and the host's own files."""

    full_days: int
    wal_days: int
    dump_days: int
    files_days: int

    @property
    def wal_seconds(self) -> int:
        """Return the log's window in seconds."""
        return self.wal_days * 86_400


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database and the role that owns it."""

    name: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """The managed PostgreSQL. project, service: its Compose labels. server: the service that has the repositories.

    image: that both run. version: the major one. volume: of the engine, mounted at mount; data: its directory of the
    cluster. memory_bytes: of the server's container. out: the network with a way out.
    """

    project: str
    service: str
    server: str
    image: str
    superuser: str
    version: int
    volume: str
    mount: str
    data: str
    memory_bytes: int
    databases: tuple[Database, ...]
    out: str
    rpo_seconds: int
    full_every_seconds: int


@dataclass(frozen=True, kw_only=True)
class Redis:
    """The managed Redis. server: redis or valkey, as its programs are named. secret: the file with its password."""

    project: str
    service: str
    server: str
    volume: str
    secret: str | None


@dataclass(frozen=True, kw_only=True)
class Paused:
    """A service that is stopped while a volume is copied."""

    project: str
    service: str


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume that is copied. name: as declared. volume: as the engine has it."""

    name: str
    volume: str
    pause: tuple[Paused, ...]


@dataclass(frozen=True, kw_only=True)
class Regular:
    """A kind of work that a timer does."""

    work: str
    every_seconds: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole of backup.json. directory: of the state. metrics: file. password_file: the key of every repository.

    limit_bytes: memory of a container that does a part of the work. assertions: queries that a drill asks of what it
    restored, of the first database or of the one that is named before a colon; each must say true.
    """

    stack: str
    directory: str
    metrics: str
    repositories: tuple[Repository, ...]
    keep: Keep
    postgres: Postgres | None
    redis: Redis | None
    volumes: tuple[Volume, ...]
    password_file: str
    limit_bytes: int
    assertions: tuple[str, ...]
    works: tuple[Regular, ...]


_NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def _fits(kind: Any, given: Any, path: str) -> Iterator[str]:
    """Yield what a value lacks to be of a kind: a plain type, a dataclass, a tuple of them, or one of them or null."""
    if get_origin(kind) in (Union, types.UnionType):
        if given is not None:
            yield from _fits(get_args(kind)[0], given, path)
    elif get_origin(kind) is tuple:
        if isinstance(given, list):
            for number, each in enumerate(given):
                yield from _fits(get_args(kind)[0], each, f"{path}[{number}]")
        else:
            yield f"{path}: not a list"
    elif is_dataclass(kind):
        if isinstance(given, Mapping):
            yield from _fields(kind, given, path)
        else:
            yield f"{path or 'the file'}: not an object"
    elif not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
        yield f"{path}: not {_NAMES[kind]}"


def _fields(kind: Any, given: Mapping[str, Any], path: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    below = f"{path}." if path else ""
    yield from (f"{below}{name}: not known" for name in given if name not in hints)
    for name, hint in hints.items():
        if name in given:
            yield from _fits(hint, given[name], f"{below}{name}")
        else:
            yield f"{below}{name}: missing"


def _made(kind: Any, given: Any) -> Any:
    if given is None:
        return None
    if get_origin(kind) in (Union, types.UnionType):
        return _made(get_args(kind)[0], given)
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], each) for each in given)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{each.name: _made(hints[each.name], given[each.name]) for each in fields(kind)})  # type: ignore[operator]
    return given


def parse(given: Any) -> Settings:
    """Return the settings of what backup.json holds. Raises ValueError with everything that is wrong, a line each."""
    wrong = list(_fits(Settings, given, ""))
    if wrong:
        raise ValueError("\n".join(wrong))
    made: Settings = _made(Settings, given)
    return made


def load(path: Path = CONFIG) -> Settings:
    """Return the settings of a file. Raises OSError, and ValueError with everything that is wrong, a line each."""
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as problem:
        raise ValueError(f"{path}:\n{problem}") from None
