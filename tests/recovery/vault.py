# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The lab host that backups go to: its buckets and its directory, and what can befall them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.lab import engine, machines
from tests.lab.hosts import Host, find
from tests.lab.shell import run, scaled, succeeds, wait_until

HOST = find("vault")
address = HOST.address
# Names that hosts resolve once they are told to ask (see ``resolve``). S3 answers on 443, SFTP on 22.
S3_NAME, SFTP_NAME = "s3.example.org", "sftp.example.org"
REGION = "us-east-1"
sftp_user, sftp_path = "backup", "/backups"
KEYS = "/etc/vault/keys"
CONTROL = "http://127.0.0.1:8000/"
# Both services, for one lab host and its containers; the lab itself gets in by other means.
BLOCKED = (
    "table inet {table} {{ chain input {{ type filter hook input priority 0;"
    " ip saddr {address} tcp dport {{ 22, 443 }} {verdict}; }}; }}"
)
TMPFS_SIZE = "2g"


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of an object. size: bytes, None of a delete marker. sha256: of what is stored, empty of a marker."""

    key: str
    version: str
    size: int | None
    sha256: str


def inside(script: str, *, given: str | None = None) -> str:
    """Return what a shell script prints on the vault. Raises LabError where it fails."""
    return run(["docker", "exec", "-i", HOST.container, "sh", "-euc", script], stdin=given)


def up() -> None:
    """Have the vault running, and reachable."""
    engine.ensure()
    machines.up([HOST])
    wait_until("the store", answers, seconds=scaled(20))


def answers() -> bool:
    """Tell whether S3 answers, on the vault itself."""
    words = f"curl -sk --max-time 5 --output /dev/null https://{address}/"
    return succeeds(["docker", "exec", HOST.container, "sh", "-c", words])


def resolve(host: Host) -> None:
    """Have a lab host ask the vault for names first, so that it and its containers find the store.

    Its containers too: an engine gives them what the host has when they start. The host's own servers stay behind it.
    """
    line = f"nameserver {address}"
    script = f"if ! grep -qx '{line}' /etc/resolv.conf; then own=$(cat /etc/resolv.conf); "
    script += f"printf '%s\\n%s\\n' '{line}' \"$own\" > /etc/resolv.conf; fi"
    run(["docker", "exec", host.container, "sh", "-euc", script])


def ca_pem() -> str:
    """Return the authority of the store's certificate, PEM."""
    return inside(f"cat {KEYS}/ca.pem")


def access_key() -> str:
    """Return the key of S3's credentials."""
    return inside(f"cat {KEYS}/access_key").strip()


def secret_key() -> str:
    """Return the secret of S3's credentials."""
    return inside(f"cat {KEYS}/secret_key").strip()


def sftp_private_key() -> str:
    """Return the private key that the user logs in with, in OpenSSH's form."""
    return inside(f"cat {KEYS}/sftp")


def host_key(kind: str = "ed25519") -> str:
    """Return the host's own public key as known_hosts has it: type and key. kind: ed25519, ecdsa, rsa."""
    return " ".join(inside(f"cat /etc/ssh/ssh_host_{kind}_key.pub").split()[:2])


def _ask(do: str, **words: Any) -> Any:
    asked = json.dumps({"do": do, **words})
    return json.loads(inside(f"curl -sS --fail-with-body --data-binary @- {CONTROL}", given=asked))


def make_bucket(name: str, *, versioned: bool = False, locked_days: int = 0) -> None:
    """Make a bucket; anew where there is one. locked_days: default retention in compliance mode, none where 0."""
    remove_bucket(name)
    _ask("make_bucket", name=name, versioned=versioned, locked_days=locked_days)


def remove_bucket(name: str) -> None:
    """Remove a bucket with all it holds, locked or not; none is fine."""
    _ask("remove_bucket", name=name)


def objects(bucket: str, prefix: str = "") -> list[Version]:
    """Return all versions of all objects, by key, the oldest of a key first."""
    return [Version(**each) for each in _ask("list", bucket=bucket, prefix=prefix)]


def flip(bucket: str, key: str, offset: int = 0) -> None:
    """Change one byte of an object's newest version as a bad disk does. offset: from the end where it is negative."""
    _ask("flip", bucket=bucket, key=key, offset=offset)


def lose(bucket: str, key: str) -> None:
    """Lose an object with all its versions, locked or not."""
    _ask("lose", bucket=bucket, key=key)


def _table(host: Host) -> str:
    return f"blocked_{host.name.replace('-', '_')}"


def block(host: Host, *, silently: bool = False) -> None:
    """Have S3 and SFTP refuse a host's connections. silently: it gets no answer at all, as when a network is down."""
    unblock(host)
    verdict = "drop" if silently else "reject with tcp reset"
    inside("nft -f -", given=BLOCKED.format(table=_table(host), address=host.address, verdict=verdict))


def unblock(host: Host) -> None:
    """Have them answer again."""
    inside(f"nft destroy table inet {_table(host)}")


def fill_disk() -> None:
    """Leave no room for another byte where SFTP writes: the file system shrinks to what it holds."""
    # One page more, and a file in it: a size of 0 would be no limit.
    script = "used=$(df --output=used -B1 /srv/sftp | tail -1); mount -o remount,size=$((used + 4096)) /srv/sftp; "
    inside(script + "head -c 4096 /dev/zero > /srv/sftp/full")


def free_disk() -> None:
    """Give the room back."""
    inside(f"mount -o remount,size={TMPFS_SIZE} /srv/sftp; rm -f /srv/sftp/full")


def clear_sftp(path: str) -> None:
    """Have an empty directory at a path as SFTP's user sees it."""
    inside(f"rm -rf /srv/sftp{path}; install -d -o {sftp_user} /srv/sftp{path}")
