# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The way back from a change: what lay there, and the shell script that puts it back and needs nothing of ours."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.file_state import State, read_state
from ansible_collections.holdfast.host.plugins.module_utils.files import Change
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import LOCK, GuardError

# How long the script waits for whoever writes, and for another script. It then goes on: what hangs keeps the old state
# away no longer.
WRITER_SECONDS = 10
# Programs that run before the files are back at boot make units of what lies there, such as the port of Ubuntu's
# ssh.socket.
READ_BY_GENERATORS = (Path("/etc/ssh"), Path("/etc/systemd"))

_HEAD = """\
#!/bin/sh
# Written by Holdfast, module guard. Puts back what was there before the change "{name}", unless a fresh login has
# confirmed it. With a word:
#   boot   the files alone, before the programs that read them start; waits for nobody
#   held   whoever calls holds the lock
#   again  the same, also where the old state was put back while that caller still wrote
cd {place} || exit 1
how=${{1-}}
if [ -z "$how" ] && [ -e {lock} ]; then
  exec 9<{lock}
  flock --timeout {seconds:g} 9 && : >{lock}
fi
# Two of these scripts at once would take each other's copies away.
if [ "$how" != boot ]; then
  exec 8<.
  flock --timeout {seconds:g} 8
fi
mv -T pending undoing 2>/dev/null || [ -d undoing ] || {{ [ "$how" = again ] && mv -T undone undoing; }} || exit 0
failed=0
# The old file, link or directory takes the new one's place by a rename: there is always one of the two.
put() {{
  cp -a --remove-destination "undoing/saved/$1" "$2.holdfast-undo" && mv -fT "$2.holdfast-undo" "$2" || failed=1
}}
"""
# What a command leaves running holds no lock.
_COMMANDS = """\
if [ "$how" != boot ]; then
  {
"""
_COMMANDS_END = """\
  } 8<&- 9<&-
fi
"""
# A reload of the manager keeps the jobs that wait, so what is ordered behind starts with the units made anew.
_RELOAD = """\
if [ "$how" = boot ]; then
  timeout 60 systemctl daemon-reload || failed=1
fi
"""
_TAIL = """\
[ "$failed" -eq 0 ] || exit 1
rm -rf undone && mv -T undoing undone
"""


@dataclass(frozen=True, kw_only=True)
class Undo:
    """How one path gets back to what it was. number: of its copy below saved/, where it had a content."""

    path: Path
    was: State
    made: bool
    number: int


def undos(changes: Iterable[Change], also: Iterable[Path] = ()) -> list[Undo]:
    """Return the way back from changes that are not made yet, the last change first. Raises OSError.

    also: files that commands write.
    """
    paths = [*((each.entry.path, each.action == "make") for each in changes), *((path, False) for path in also)]
    found = [
        Undo(path=path, was=read_state(path, content=False), made=made, number=n)
        for n, (path, made) in enumerate(paths)
    ]
    return found[::-1]


def _line(undo: Undo) -> str:
    path, was = shlex.quote(str(undo.path)), undo.was
    if was.kind == "absent":
        gone = f"[ ! -d {path} ] || rmdir --ignore-fail-on-non-empty {path}" if undo.made else f"rm -f {path}"
        return f"{gone} || failed=1\n"
    if was.kind in ("file", "link"):
        return f"put {undo.number} {path}\n"
    if was.access is None:
        raise GuardError(f"{path} cannot be put back: it is no file, link or directory")
    owner, mode = f"{was.access.uid}:{was.access.gid}", f"{was.access.mode:04o}"
    return f"mkdir -p {path} && chown {owner} {path} && chmod {mode} {path} || failed=1\n"


def script(place: Path, back: Sequence[Undo], commands: Sequence[Sequence[str]]) -> str:
    """Return the shell script that takes a change back. place: the guard's directory.

    commands: what has programs read the old files again.
    """
    head = _HEAD.format(name=place.name, place=shlex.quote(str(place)), lock=LOCK, seconds=WRITER_SECONDS)
    lines = [head, *map(_line, back)]
    if commands:
        lines += [_COMMANDS, *(f"    {shlex.join(command)} || failed=1\n" for command in commands), _COMMANDS_END]
    if any(parent in READ_BY_GENERATORS for undo in back for parent in undo.path.parents):
        lines.append(_RELOAD)
    return "".join([*lines, _TAIL])
