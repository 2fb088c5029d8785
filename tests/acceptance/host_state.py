# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Everything of a host that a run in check mode must leave as it was. Runs on the host itself and prints JSON."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator

TREES = ("/etc", "/usr", "/opt", "/srv", "/var/lib/dpkg", "/var/lib/systemd", "/var/spool/cron")
PROGRAMS = ("docker", "dockerd", "containerd", "nginx", "psql")


def files() -> Iterator[tuple[str, str]]:
    """Yield each path below the trees with type, mode, owner, and the content's SHA-256 or the link's target.

    Python's caches are left out: they are written by whoever imports a module first.
    """
    for tree in TREES:
        for directory, below, names in os.walk(tree):
            below[:] = [name for name in below if name != "__pycache__"]
            for path in [directory, *(os.path.join(directory, name) for name in names)]:  # noqa: PTH118 - 20 000 of them
                state = os.lstat(path)
                kept = f"{stat.filemode(state.st_mode)} {state.st_uid}:{state.st_gid}"
                yield path, f"{kept} {content(path, state.st_mode)}"


def content(path: str, mode: int) -> str:
    """Return what tells two files of one kind apart."""
    if stat.S_ISLNK(mode):
        return os.readlink(path)  # noqa: PTH115
    if not stat.S_ISREG(mode):
        return ""
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.file_digest(file, "sha256").hexdigest()


def processes() -> list[str]:
    """Return the names of what runs, each once, but for logins: those that belong to sshd's children or to a user."""
    table: dict[int, tuple[int, str]] = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:  # noqa: PTH123
                head, _, tail = file.read().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        table[int(entry)] = (int(tail.split()[1]), head.partition("(")[2])

    def of_a_login(process: int) -> bool:
        parent, name = table.get(process, (0, ""))
        # The lab's own commands enter the host without a parent in it.
        if parent in (0, process):
            return process != 1
        return name in ("sshd-session", "(sd-pam)") or table[parent][1].startswith("sshd") or of_a_login(parent)

    return sorted({name for process, (_, name) in table.items() if not of_a_login(process) and name != "systemd"})


def said(*argv: str) -> list[str]:
    """Return the lines that a program prints."""
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()


def main() -> None:
    """Print the state."""
    state = {
        "files": dict(files()),
        "packages": said("dpkg-query", "--show", "--showformat", "${Package} ${Version} ${db:Status-Abbrev}\n"),
        "units": said("systemctl", "list-unit-files", "--no-legend", "--plain"),
        "users": said("getent", "passwd") + said("getent", "group"),
        "processes": processes(),
        "links": sorted(os.listdir("/sys/class/net")),  # noqa: PTH208
        "programs": [name for name in PROGRAMS if shutil.which(name)],
    }
    json.dump(state, sys.stdout)


if __name__ == "__main__":
    main()
