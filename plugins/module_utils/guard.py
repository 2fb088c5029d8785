# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A change that takes itself back: what lay there is kept, a timer puts it back, and only a fresh login stops that.

A guard is a directory below ROOT that belongs to one name:

    undo        a shell script that puts the old state back, once (guard_undo)
    lock        held by the run that changes something, and by the script (guard_lock)
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.atomic import Owned, sync_directory, write_file
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import GuardError, alone
from ansible_collections.holdfast.host.plugins.module_utils.guard_undo import Undo, script

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


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    write_file(path, text.encode(), Owned(mode=mode, uid=os.geteuid(), gid=os.getegid()))


def _have_boot_unit(guard: Guard) -> None:
    unit = guard.boot_unit
    if not unit.exists() or unit.read_text(encoding="utf-8") != BOOT_TEXT:
        _write(unit, BOOT_TEXT, 0o644)
        guard.must("systemctl", "daemon-reload")
    guard.must("systemctl", "enable", "--quiet", unit.name)


def _stop(guard: Guard) -> None:
    # One of them or both may be gone, after a boot or because the timer just fired: then there is nothing to stop.
    guard.run(["systemctl", "stop", f"{guard.unit}.timer", f"{guard.unit}.service"], "")


def arm(
    guard: Guard, back: Sequence[Undo], commands: Sequence[Sequence[str]], *, token: str, seconds: float
) -> None:  # fmt: skip
    """Keep what is there and start the timer, before anything is changed. Raises GuardError or OSError.

    The caller holds the lock until the change is applied. The change lies in pending/ last of all: what is interrupted
    before has changed nothing and undoes nothing.
    """
    place, new = guard.place, guard.place / "new"
    # A script of the change before may still wait for the lock. It must not take this one back.
    _stop(guard)
    if new.exists():
        shutil.rmtree(new)
    (new / "saved").mkdir(parents=True)
    for undo in back:
        if undo.was.kind in ("file", "link"):
            guard.must("cp", "-a", "--", str(undo.path), str(new / "saved" / str(undo.number)))
    _write(new / "record.json", json.dumps({"token": token}))
    _write(place / "undo", script(place, back, commands))
    _have_boot_unit(guard)
    guard.must("sync", "--file-system", str(place))
    new.rename(place / "pending")
    # A loss of power behind the first change finds the way back there.
    sync_directory(place)
    # Without its timer a change could wait until the next boot, so the timer is asked for, and then looked for.
    timer = ["--timer-property=AccuracySec=100ms", "--property=Restart=on-failure", "--property=RestartSec=2s"]
    words = [f"--unit={guard.unit}", "--collect", "--quiet", f"--on-active={seconds:g}s", *timer]
    guard.must("systemd-run", *words, "/bin/sh", str(place / "undo"))
    guard.must("systemctl", "is-active", "--quiet", f"{guard.unit}.timer")


def stands(guard: Guard, token: str) -> None:
    """Raise GuardError unless it is this change that waits: the host may have taken it back, or somebody else."""
    try:
        record = json.loads((guard.place / "pending" / "record.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GuardError("the host took the change back before it was whole: it took too long") from None
    if record["token"] != token:
        raise GuardError(f"another change of {guard.name} waits")


def applied(guard: Guard, token: str, since_boot: float) -> None:
    """Note the moment from which on a login counts, seconds since the boot.

    Raises GuardError or OSError where the change does not wait any more.
    """
    stands(guard, token)
    _write(guard.place / "pending" / "record.json", json.dumps({"token": token, "applied": since_boot}))


def confirm(guard: Guard, token: str, login: float | None) -> None:
    """Make a change permanent. login: when the session began that asks for it, seconds since the boot.

    Raises GuardError where nothing waits, something else waits, or the login is none that the change let in.
    """
    pending, done = guard.place / "pending", guard.place / "confirmed"
    # Between the look at what waits and the rename nobody may put another change there.
    with alone(guard.place):
        try:
            record = json.loads((pending / "record.json").read_text(encoding="utf-8"))
            _judge(guard, record, token, login)
            if done.exists():
                shutil.rmtree(done)
            pending.rename(done)
        except FileNotFoundError:
            raise GuardError(f"no change of {guard.name} waits: it was taken back") from None
        sync_directory(guard.place)
    # Whether that succeeds or not: the script finds nothing that waits.
    _stop(guard)


def _judge(guard: Guard, record: Mapping[str, Any], token: str, login: float | None) -> None:
    if record["token"] != token or "applied" not in record:
        raise GuardError(f"another change of {guard.name} waits")
    if login is None:
        raise GuardError("this session has no SSH server above it, so it proves no login")
    if login < record["applied"]:
        raise GuardError("this session began before the change, so it proves no login")


def take_back(guard: Guard) -> None:
    """Put the old state back now, where a change waits. The caller holds the lock. Raises GuardError."""
    if guard.waiting():
        _put_back(guard, "held")


def take_back_again(guard: Guard) -> None:
    """Put the old state back, also where the host did so while the caller still wrote. Else as take_back."""
    _put_back(guard, "again")


def _put_back(guard: Guard, word: str) -> None:
    guard.must("/bin/sh", str(guard.place / "undo"), word)
    # Last, so that somebody puts it back where this process is killed in between.
    _stop(guard)
