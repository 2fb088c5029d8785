# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A machine that keeps others' backups: OpenSSH's SFTP on a lab host, with a user and a key of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lab.hosts import Host, find
from tests.lab.paths import CACHE, KNOWN_HOSTS
from tests.lab.shell import run

HOST = find("second")
USER, DIRECTORY = "stash", "/srv/backups"
KEY = CACHE / "recovery_ed25519"


def on(host: Host, script: str, timeout: float = 300) -> str:
    """Return what a script prints that runs on a lab host as root."""
    return run(["docker", "exec", "-i", host.container, "sh", "-euc", script], timeout=timeout)


def make() -> None:
    """Have an empty store. The host stands."""
    KEY.unlink(missing_ok=True)
    KEY.with_suffix(".pub").unlink(missing_ok=True)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "recovery", "-f", KEY])
    public = KEY.with_suffix(".pub").read_text().strip()
    on(
        HOST,
        f"id {USER} >/dev/null 2>&1 || useradd --create-home --shell /bin/sh {USER}\n"
        f"rm -rf {DIRECTORY}; install -d -o {USER} -g {USER} -m 0700 {DIRECTORY} /home/{USER}/.ssh\n"
        f"echo '{public}' > /home/{USER}/.ssh/authorized_keys; chown {USER}: /home/{USER}/.ssh/authorized_keys",
    )


def host_keys() -> list[str]:
    """Return the store's keys, as the lab read them from inside it."""
    lines = [line.split() for line in KNOWN_HOSTS.read_text().splitlines()]
    return [f"{kind} {key}" for names, kind, key in lines if HOST.name in names.split(",")]


def repository(name: str) -> dict[str, Any]:
    """Return the declaration of a repository in it."""
    return {
        "sftp": {"host": HOST.address, "user": USER, "path": f"{DIRECTORY}/{name}", "host_keys": host_keys()},
    }


def private_key() -> str:
    """Return the private key, as app_secrets takes it."""
    return Path(KEY).read_text()
