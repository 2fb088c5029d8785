# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Backups that are to go to another place than before, or under another key: told, tried first, or refused."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import backup
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

PATH = f"{ROOT}.backup.repositories"


def _places(wish: Wish) -> list[str]:
    declared = backup.declared(wish)
    return [backup.where(each) for each in declared.repositories] if declared else []


def _before(host: Host) -> tuple[str, ...]:
    return host.installed.places if host.installed else ()


def tried(wish: Wish, host: Host) -> list[int]:
    """Return the numbers of the repositories that are looked at before anything is changed.

    They are those in a place where this host has none yet, and all where a key is given, which may be another one.
    A host that never had a repository has no program to look with: taking it into use looks, before a first backup.
    """
    before = _before(host)
    given = backup.KEY in wish.provided
    return [number for number, place in enumerate(_places(wish), 1) if before and (given or place not in before)]


def findings(wish: Wish, host: Host) -> Iterator[Finding]:
    """Yield that a place is another one than before, and that the key of what was written is gone."""
    before, places, given = _before(host), _places(wish), backup.KEY in wish.provided
    for index, place in enumerate(places):
        if before and place not in before:
            left = sorted(set(before) - set(places))
            stays = f"; what lies in {', '.join(left)} stays there, and nobody looks after it any more" if left else ""
            rule = f"is a place that this host has no backups in yet: it begins with a full one{stays}"
            hint = (
                "keep a copy of the recovery kit of now, which alone opens the former place"
                if given
                else "keep the former place beside it until keep.full has passed, for to go back as far as now"
            )
            yield Finding(path=f"{PATH}[{index}]", value=place, rule=rule, hint=hint, level=WARNING)
    known = [place for place in places if place in before]
    if known and host.installed and not host.installed.keyed and backup.KEY not in wish.provided:
        rule = f"is missing on this host, and nothing in {', '.join(known)} can be read without it"
        hint = f"the recovery kit has it: app_secrets: {{{backup.KEY}: ...}}; or declare places without backups"
        yield Finding(path=f"app_secrets.{backup.KEY}", rule=rule, hint=hint)
