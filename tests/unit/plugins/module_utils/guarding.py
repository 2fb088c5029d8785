# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A machine for tests of the guard: real files, a real shell, and a service manager that only remembers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import files, guard, guard_undo
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner
from ansible_collections.holdfast.host.plugins.module_utils.guard import Guard
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import alone

ME = {"mode": "0640", "owner": str(os.getuid()), "group": str(os.getgid())}
TOKEN = "0123456789abcdef"


class Machine:
    """Runs programs for real, but for the service manager's, which are noted. fails: what such a program answers."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fails: dict[str, str] = {}
        self.real = runner()

    def run(self, command: Sequence[str], given: str = "") -> Result:
        """Run a program, or note it."""
        if command[0] in ("systemctl", "systemd-run"):
            said = " ".join(command)
            self.calls.append(said)
            wrong = next((text for start, text in self.fails.items() if said.startswith(start)), "")
            return Result(status=1 if wrong else 0, err=wrong)
        return self.real(command, given)


def state(root: Path) -> dict[str, Any]:
    """Return kind, mode, content and target of everything below a directory, and the times of what has a content."""
    found: dict[str, Any] = {}
    for path in sorted(root.rglob("*")):
        info = path.lstat()
        content = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path)] = (oct(info.st_mode), content, info.st_mtime_ns if content is not None else None)
    return found


def filled(root: Path) -> Path:
    """Make a directory of files, links and directories, and return it."""
    (root / "dir with space").mkdir(parents=True)
    for name, mode in (("old.conf", 0o600), ("same.conf", 0o644), ("gone.conf", 0o440)):
        (root / name).write_text(f"{name}: $HOME 'quoted'\n")
        (root / name).chmod(mode)
        os.utime(root / name, ns=(1, 1_000_000_000))
    (root / "link.conf").symlink_to("same.conf")
    (root / "empty").mkdir(mode=0o710)
    return root


def changes(etc: Path) -> list[files.Change]:
    """Return one change of each kind."""
    wanted, findings = files.parse(
        {
            "files": [
                {"path": f"{etc}/{name}", "content": f"new {name}\n", **ME}
                for name in ("old.conf", "link.conf", "dir with space/it's.conf", "made/deep/a.conf")
            ]
            + [{"path": f"{etc}/same.conf", "content": "same.conf: $HOME 'quoted'\n", **ME}],
            "directories": [{"path": f"{etc}/dir with space", **ME, "mode": "0700"}],
            "parents": {**ME, "mode": "0750"},
            "absent": [f"{etc}/gone.conf", f"{etc}/empty"],
        }
    )
    assert not findings
    planned, findings = files.plan(wanted)
    assert not findings
    assert {change.action for change in planned} == {"make", "write", "attributes", "remove"}
    return planned


def armed(etc: Path, machine: Machine, commands: Sequence[Sequence[str]] = ()) -> Guard:
    """Make the changes under a guard, and return it: they wait for their login."""
    unit = etc.parent / "holdfast-guard.service"
    held = Guard(name="demo", run=machine.run, root=etc.parent / "guard", boot_unit=unit)
    planned = changes(etc)
    with alone(held.place):
        guard.arm(held, guard_undo.undos(planned), commands, token=TOKEN, seconds=20)
        files.apply(planned)
        guard.applied(held, TOKEN, 100.0)
    return held


def undo(held: Guard, *words: str) -> int:
    """Run the way back as the timer does, and return its exit status."""
    return subprocess.run(["sh", held.place / "undo", *words], check=False).returncode
