# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Everything that a run could change on a host, one line each. Runs there: ``python3 -B - < host_digest.py``."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# The content of small trees is read; of a large one, inode, size and times tell whether it was written.
READ = ("/etc", "/opt", "/srv", "/var/lib/dpkg")
LISTED = ("/usr",)
COMMANDS = (
    ("dpkg-query", "--show", "--showformat=package ${binary:Package} ${Version} ${db:Status-Abbrev}\n"),
    ("systemctl", "list-unit-files", "--no-legend", "--plain"),
    ("systemctl", "list-units", "--type=service", "--state=running", "--no-legend", "--plain"),
    ("docker", "ps", "--all", "--no-trunc", "--format", "container {{.ID}} {{.Names}} {{.Image}} {{.CreatedAt}}"),
    ("docker", "network", "ls", "--no-trunc", "--format", "network {{.ID}} {{.Name}}"),
    ("docker", "volume", "ls", "--format", "volume {{.Name}}"),
    ("docker", "images", "--all", "--no-trunc", "--format", "image {{.ID}} {{.Repository}}:{{.Tag}}"),
)


def entry(path: Path, *, read: bool) -> str:
    """Return what a path is: kind and mode, owner, and content, target or times."""
    at = path.lstat()
    if path.is_symlink():
        content = f"-> {path.readlink()}"
    elif read and path.is_file():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        content = f"{at.st_ino} {at.st_size} {at.st_mtime_ns} {at.st_ctime_ns}"
    return f"{path} {at.st_mode:o} {at.st_uid}:{at.st_gid} {content}"


def lines() -> Iterator[str]:
    """Yield every line."""
    for root in (*READ, *LISTED):
        yield from (entry(path, read=root in READ) for path in sorted(Path(root).rglob("*")))
    for command in COMMANDS:
        if shutil.which(command[0]):
            yield subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
