# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A change that takes itself back: what lay there is kept, a timer puts it back, and only a fresh login stops that.

A guard is a directory below ROOT that belongs to one name:

    undo        a shell script that needs nothing of ours: it puts the old state back, once
    pending/    the change waits for its login: record.json, saved/ with what lay there before
    undoing/    the same directory while the script works; confirmed/, undone/: how the last one ended

A rename decides who is first, the login or the script. What is left half done by a loss of power is done at boot.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.atomic import Owned, write_file
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.file_state import State, read_state
from ansible_collections.holdfast.host.plugins.module_utils.files import Change

ROOT = Path("/var/lib/holdfast/guard")
BOOT_UNIT = Path("/etc/systemd/system/holdfast-guard.service")
# Also the name of units, and a word of shell scripts.
NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")

BOOT_TEXT = f"""\
# Written by Holdfast, module guard: a change of access that no login has confirmed does not outlive a reboot.
[Unit]
Description=Put back changes that no login has confirmed
DefaultDependencies=no
RequiresMountsFor={ROOT} /etc
After=local-fs.target
Before=sysinit.target network-pre.target nftables.service ssh.service ssh.socket

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for undo in {ROOT}/*/undo; do [ ! -e "$$undo" ] || /bin/sh "$$undo" boot; done'

[Install]
WantedBy=sysinit.target
"""

_HEAD = """\
#!/bin/sh
# Written by Holdfast, module guard. Puts back what was there before the change "{name}", unless a fresh login has
# confirmed it. With the word boot: the files alone, before the programs that read them start.
cd {place} || exit 1
mv -T pending undoing 2>/dev/null || [ -d undoing ] || exit 0
failed=0
# The old file, link or directory takes the new one's place by a rename: there is always one of the two.
put() {{
  cp -a "undoing/saved/$1" "$2.holdfast-undo" && mv -fT "$2.holdfast-undo" "$2" || failed=1
}}
"""
_COMMANDS = """\
if [ "${1-}" != boot ]; then
"""
_TAIL = """\
[ "$failed" -eq 0 ] || exit 1
rm -rf undone && mv -T undoing undone
"""


class GuardError(Exception):
    """The guard could not be set, or the change could not be taken back."""


@dataclass(frozen=True, kw_only=True)
class Undo:
    """How one path gets back to what it was. number: of its copy below saved/, where it had a content."""

    path: Path
    was: State
    made: bool
    number: int


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One name's guard. run: how its programs are run."""

    name: str
    run: Run
    root: Path = ROOT
    boot_unit: Path = BOOT_UNIT

    @property
    def place(self) -> Path:
        """The guard's directory."""
        return self.root / self.name

    @property
    def unit(self) -> str:
        """The name of its timer, without the ending."""
        return f"holdfast-guard-{self.name}"

    def must(self, *command: str) -> str:
        """Run a program and return what it printed. Raises GuardError where it fails."""
        result = self.run(command, "")
        if result.status != 0:
            raise GuardError(f"{shlex.join(command)}: {result.message()}")
        return result.out

    def waiting(self) -> bool:
        """Return whether a change is neither confirmed nor taken back."""
        return any((self.place / state).is_dir() for state in ("pending", "undoing"))


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


def script(guard: Guard, back: Sequence[Undo], commands: Sequence[Sequence[str]]) -> str:
    """Return the shell script that takes a change back. commands: what has programs read the old files again."""
    lines = [_HEAD.format(name=guard.name, place=shlex.quote(str(guard.place))), *map(_line, back)]
    if commands:
        lines += [_COMMANDS, *(f"  {shlex.join(command)} || failed=1\n" for command in commands), "fi\n"]
    return "".join([*lines, _TAIL])


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    write_file(path, text.encode(), Owned(mode=mode, uid=os.geteuid(), gid=os.getegid()))


def _have_boot_unit(guard: Guard) -> None:
    unit = guard.boot_unit
    if not unit.exists() or unit.read_text(encoding="utf-8") != BOOT_TEXT:
        _write(unit, BOOT_TEXT, 0o644)
        guard.must("systemctl", "daemon-reload")
    guard.must("systemctl", "enable", "--quiet", unit.name)


def arm(
    guard: Guard, back: Sequence[Undo], commands: Sequence[Sequence[str]], *, token: str, seconds: float
) -> None:  # fmt: skip
    """Keep what is there and start the timer, before anything is changed. Raises GuardError or OSError.

    The change lies in pending/ last of all: what is interrupted before has changed nothing and undoes nothing.
    """
    place, new = guard.place, guard.place / "new"
    guard.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    if new.exists():
        shutil.rmtree(new)
    (new / "saved").mkdir(parents=True)
    for undo in back:
        if undo.was.kind in ("file", "link"):
            guard.must("cp", "-a", "--", str(undo.path), str(new / "saved" / str(undo.number)))
    _write(new / "record.json", json.dumps({"token": token}))
    _write(place / "undo", script(guard, back, commands))
    _have_boot_unit(guard)
    guard.must("sync", "--file-system", str(place))
    new.rename(place / "pending")
    # Without its timer a change could wait until the next boot, so the timer is asked for, and then looked for.
    timer = ["--timer-property=AccuracySec=100ms", "--property=Restart=on-failure", "--property=RestartSec=2s"]
    words = [f"--unit={guard.unit}", "--collect", "--quiet", f"--on-active={seconds:g}s", *timer]
    guard.must("systemd-run", *words, "/bin/sh", str(place / "undo"))
    guard.must("systemctl", "is-active", "--quiet", f"{guard.unit}.timer")


def applied(guard: Guard, token: str, since_boot: float) -> None:
    """Note the moment from which on a login counts, seconds since the boot. Raises OSError where it was undone."""
    _write(guard.place / "pending" / "record.json", json.dumps({"token": token, "applied": since_boot}))


def confirm(guard: Guard, token: str, login: float | None) -> None:
    """Make a change permanent. login: when the session began that asks for it, seconds since the boot.

    Raises GuardError where nothing waits, something else waits, or the login is none that the change let in.
    """
    pending, done = guard.place / "pending", guard.place / "confirmed"
    try:
        record = json.loads((pending / "record.json").read_text(encoding="utf-8"))
        _judge(guard, record, token, login)
        if done.exists():
            shutil.rmtree(done)
        pending.rename(done)
    except FileNotFoundError:
        raise GuardError(f"no change of {guard.name} waits: it was taken back") from None
    guard.must("systemctl", "stop", f"{guard.unit}.timer")


def _judge(guard: Guard, record: Mapping[str, Any], token: str, login: float | None) -> None:
    if record["token"] != token or "applied" not in record:
        raise GuardError(f"another change of {guard.name} waits")
    if login is None:
        raise GuardError("this session has no SSH server above it, so it proves no login")
    if login < record["applied"]:
        raise GuardError("this session began before the change, so it proves no login")


def take_back(guard: Guard) -> None:
    """Put the old state back now, where a change waits. Raises GuardError where that fails."""
    if not guard.waiting():
        return
    # The timer may be gone, after a boot or because it just fired: what counts is the script below.
    guard.run(["systemctl", "stop", f"{guard.unit}.timer"], "")
    guard.must("/bin/sh", str(guard.place / "undo"))
