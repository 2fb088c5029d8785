# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The words of the command ``holdfast-backup``: those that it is told, and those that it says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

ABOUT = "Backups of this host: what its timers, the playbooks and an administrator call."
THROUGH = (
    "pgbackrest WORDS and restic N WORDS (N: a repository's number) run those programs, with this host's credentials."
)
TARGETS = "latest, time '2026-01-31 13:05:00+01:00', lsn 0/3000028, name POINT, immediate (the end of a backup) [LABEL]"


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_all(done: Iterable[str]) -> None:
    """Print each line as it is done."""
    for each in done:
        say(each)


def read(works: Sequence[str], through: Sequence[str], words: Sequence[str]) -> argparse.Namespace:
    """Return what was said. through: the works whose further words are another program's, as ``passed``."""
    if words and words[0] in through:
        return argparse.Namespace(work=words[0], passed=list(words[1:]))
    return parser(works).parse_args(words)


def parser(works: Sequence[str]) -> argparse.ArgumentParser:
    """Return what reads them. works: what can be done."""
    made = argparse.ArgumentParser(prog="holdfast-backup", description=ABOUT, epilog=THROUGH)
    made.add_argument("work", choices=works)
    made.add_argument("--seed", type=int, help="drill: the same random choices again")
    made.add_argument("--recovers", action="store_true", help="prepare: for the host whose backups the places hold")
    group = made.add_argument_group("restore, restore-copy")
    group.add_argument("--to", nargs="+", default=["latest"], metavar=("KIND", "VALUE"), help=TARGETS)
    group.add_argument("--repository", type=int, default=0, metavar="N", help="from this one")
    group.add_argument("--backup", default="", metavar="LABEL", help="from this backup; a name is found sooner")
    group.add_argument("--database", default="", metavar="NAME", help="this one alone; the others go on")
    group.add_argument("--beside", action="store_true", help="a second server; the first one is not touched")
    group.add_argument("--confirm", default="", metavar="STACK", help="the stack's name; without it nothing is done")
    group.add_argument("--without-last", action="store_true", help="what is there now is not archived first")
    copies = made.add_argument_group("restore-copy")
    copies.add_argument("--copy", default="", metavar="KIND", help="volume:NAME, redis, dump:DATABASE or host")
    copies.add_argument("--snapshot", default="", metavar="ID", help="what its id begins with, or newest")
    return made
