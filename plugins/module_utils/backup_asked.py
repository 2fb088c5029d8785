# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What people ask for: the database as it was, in its place or beside; refused until what it costs was confirmed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_beside,
    backup_choice,
    backup_place,
    backup_restore,
    backup_secure,
    backup_single,
    backup_survey,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import Engine, FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_pipe import Pipe
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_survey import when

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


class UnconfirmedError(FailedError):
    """Nothing was done: what it would take away has to be confirmed first."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for. confirm: the stack's name, or it is not done. last: what there is now is archived first, which
    needs a server that runs. beside: a second server, and the first one is not touched.
    """

    target: Target
    confirm: str = ""
    beside: bool = False
    last: bool = True


def read(words: Namespace) -> Asked:
    """Return what was typed. Raises FailedError with what it should be."""
    kind, *value = words.to
    named = (words.database,) if words.database else ()
    target = backup_restore.read_target(kind, " ".join(value), words.repository, named, words.backup)
    return Asked(target=target, confirm=words.confirm, beside=words.beside, last=not words.without_last)


def lasting(seconds: float) -> str:
    """Return a time in words, by its two largest units."""
    left, parts = int(max(0, seconds)), []
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " and ".join(parts[:2]) or "less than a second"


def warning(settings: Settings, target: Target, now: float, *, last: bool = True) -> str:
    """Return what a restore in place takes away, in words."""
    declared = [each.name for each in settings.postgres.databases] if settings.postgres else []
    names = ", ".join(target.databases or declared)
    which = f"Database {names} loses" if target.databases else f"The whole cluster, databases {names}, loses"
    if target.kind == "latest":
        what = f"what the repositories do not hold yet, now, {when(now)}"
    elif target.kind == "time":
        ago = now - backup_restore.moment(target.value).timestamp()
        what = f"all that was committed after {target.value}: the last {lasting(ago)}, until now, {when(now)}"
    else:
        what = f"all that was committed after {target.kind} {target.value}".rstrip() + f", until now, {when(now)}"
    if target.databases:
        kept = "The present one is kept under another name."
    elif last:
        kept = f"It can be had again: everything until now is archived first; restore --to time '{when(now)}' or later."
    else:
        kept = "What has not been archived is lost for good."
    return f"{which} {what}. {kept}"


def give_back(engine: Engine, settings: Settings, pipe: Pipe, asked: Asked, now: float) -> Iterator[str]:
    """Do what is asked for. Yield what was done. Raises UnconfirmedError, FailedError."""
    unknown = set(asked.target.databases) - {each.name for each in engine.postgres.databases}
    if unknown:
        raise FailedError(f"no database {', '.join(sorted(unknown))} is declared")
    if asked.beside:
        yield from _beside(engine, settings, asked, now)
        return
    told = warning(settings, asked.target, now, last=asked.last)
    if asked.confirm != settings.stack:
        # A target that cannot be reached is told before anybody confirms it.
        if not asked.target.databases and backup_place.going_on(engine, settings, asked.target, now):
            told += "\nIt was broken off, and goes on where it was."
        else:
            chosen = backup_choice.choose(engine, settings, asked.target, now)
            told += f"\nFrom backup {chosen.backup} of repository {chosen.repository}, and the log from there on."
        raise UnconfirmedError(f"{told}\nNothing was done; do it with --confirm {settings.stack}")
    yield told
    if asked.target.databases:
        chosen, lacking = _chosen(engine, settings, asked, now)
        yield from lacking
        yield from backup_single.restore(engine, settings, pipe, chosen, now)
        return
    ledger = backup_place.begin(engine, settings, asked.target, now, last=asked.last)
    yield from backup_place.restore(engine, settings, asked.target, ledger, last=asked.last)


def _chosen(engine: Engine, settings: Settings, asked: Asked, now: float) -> tuple[Target, list[str]]:
    """Return what is restored beside, once all log is archived, and what is told of a repository without it."""
    # What cannot be reached is refused before anything is sent.
    chosen = backup_choice.choose(engine, settings, asked.target, now)
    if not asked.last:
        return chosen, []
    secured = backup_secure.log(engine, settings)
    lacking = [f"not archived in {each}" for each in secured.lacking]
    return secured.choose(engine, settings, asked.target, now), lacking


def beside_name(settings: Settings) -> str:
    """Return the name of the server beside, of its volume and of its network."""
    return f"{settings.stack}-beside"


def _beside(engine: Engine, settings: Settings, asked: Asked, now: float) -> Iterator[str]:
    name, target = beside_name(settings), asked.target
    chosen, lacking = _chosen(engine, settings, asked, now)
    yield from lacking
    backup_beside.remove(engine, name)
    backup_beside.room(engine, backup_survey.size(engine, settings))
    backup_beside.keep(engine, settings, chosen, name)
    database = (target.databases or tuple(each.name for each in engine.postgres.databases))[0]
    user = engine.postgres.superuser
    yield f"{name} serves what was at {target.kind} {target.value}".rstrip()
    yield f"look into it: docker exec -it {name} psql -U {user} -d {database}"
    yield f"or let a container join its network, which leads nowhere else: --network {name}, host {name}, port 5432"
    yield "remove it: holdfast-backup beside-remove"
