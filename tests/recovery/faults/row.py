# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A fault as data: how it is brought about, how it is undone, and who has to tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# A script for the shell of the host, with the words of ground.PRELUDE; or what reaches further than the host.
Act = str | Callable[[], object]

# The restore that is tried: all there is, beside what serves, by a server that may be down.
PLAIN = ("--to", "latest", "--beside", "--without-last")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault. what: it in a few words, as the page has them. tells: what must be said of it, a regular expression.

    works: who has to notice, the most frequent first; each is run by its unit, as its timer would, and again until one
    of them tells or ``patience`` seconds are over. "verify" is the playbook.
    restore: the words of the restore that is tried while the fault lasts. heal: works that are run once it is undone.
    others: the repositories that must have what is committed while it lasts, as soon as is promised.
    harmless: nobody has to tell, where the last commit comes back. stand_in: what plays a part that a lab cannot have.
    """

    name: str
    what: str
    bring: Act
    undo: Act
    tells: str
    works: tuple[str, ...] = ("truth",)
    patience: float = 0
    restore: tuple[str, ...] = PLAIN
    heal: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    harmless: bool = False
    stand_in: str = ""
