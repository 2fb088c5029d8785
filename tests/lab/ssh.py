# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The lab's key, the hosts' keys, and whether SSH answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .hosts import Host
from .paths import KEY, KNOWN_HOSTS
from .shell import run

USERS = ("root", "ops")


def ensure_key() -> Path:
    """Return the public key; the pair is made once."""
    public = KEY.with_suffix(".pub")
    if not (KEY.exists() and public.exists()):
        KEY.parent.mkdir(parents=True, exist_ok=True)
        KEY.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "holdfast-lab", "-f", KEY])
    return public


def known_hosts_lines(host: Host, public_keys: str) -> list[str]:
    """Return the lines of a known_hosts file for a host; ``public_keys`` are the lines of its own .pub files."""
    names = f"{host.name},{host.address},{host.address6}"
    return [f"{names} {kind} {key}" for kind, key, *_ in (line.split() for line in public_keys.splitlines())]


def replaced(lines: Iterable[str], host: Host, public_keys: str) -> str:
    """Return the text of a known_hosts file in which a host has exactly these keys; no keys removes it."""
    others = [line for line in lines if line.strip() and not line.startswith(f"{host.name},")]
    return "".join(f"{line}\n" for line in [*others, *known_hosts_lines(host, public_keys)])


def remember(host: Host) -> None:
    """Write a host's keys, read from inside it: nothing that the network says is trusted."""
    script = "cat /etc/ssh/ssh_host_*_key.pub"
    write(host, run(["docker", "exec", host.container, "sh", "-c", script]))


def forget(host: Host) -> None:
    """Drop a host's keys."""
    write(host, "")


def write(host: Host, public_keys: str) -> None:
    """Rewrite the file. The caller holds the lab's lock."""
    before = KNOWN_HOSTS.read_text().splitlines() if KNOWN_HOSTS.exists() else []
    KNOWN_HOSTS.parent.mkdir(parents=True, exist_ok=True)
    KNOWN_HOSTS.write_text(replaced(before, host, public_keys))


def command(host: Host, user: str) -> list[str]:
    """Return an ssh command line up to where the remote command goes."""
    options = {
        "BatchMode": "yes", "ConnectTimeout": "5", "IdentitiesOnly": "yes", "IdentityFile": str(KEY),
        "StrictHostKeyChecking": "yes", "UserKnownHostsFile": str(KNOWN_HOSTS), "GlobalKnownHostsFile": "/dev/null",
    }  # fmt: skip
    return ["ssh", "-F", "none", *(f"-o{key}={value}" for key, value in options.items()), f"{user}@{host.address}"]
