# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The SSH server's settings, each with its reason: keys only, what people need and no more, modern algorithms.

Sources: sshd_config(5) of OpenSSH 10.0; CIS Debian Linux 12 Benchmark, section 5.1; the release notes of OpenSSH for
the version from which an algorithm is known. sshd refuses a list with a name that it does not know, so lists are cut to
the host's version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.banners import BANNER
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Assigned
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Setting
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Hardening
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

# The vendor's own file, which people and auditors read. What a Match says in it is for some alone.
MAIN = "/etc/ssh/sshd_config"
FORMAT = Format(between=r"(?:\s*=\s*|\s+)", until=r"(?i)\s*match[\s=]", ignore_case=True)
# What is known of a host whose version is not: the oldest one of a supported system (Ubuntu 22.04).
OLDEST = (8, 9)
# Each algorithm with the version that brought it, the best first.
KEY_EXCHANGES = (
    ("mlkem768x25519-sha256", (9, 9)),
    # By the name that every version has.
    ("sntrup761x25519-sha512@openssh.com", (8, 5)),
    ("curve25519-sha256", (7, 4)),
    ("curve25519-sha256@libssh.org", (6, 5)),
)
CIPHERS = (
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes128-ctr",
)
MACS = ("hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com")
HOST_KEYS = ("ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256")

ROOT_VALUES = {"key": ("prohibit-password", "root logs in by a key"), "never": ("no", "nobody logs in as root")}
# Accounts that the system's programs run as, none of a person or of an application that might be served over SSH
# (www-data, backup and git are such).
PROGRAMS = (
    "bin", "daemon", "games", "irc", "list", "lp", "mail", "man", "messagebus", "news", "nobody", "proxy", "sshd",
    "sync", "sys", "uucp", "systemd-*", "_*",
)  # fmt: skip
LOGINS = (
    ("DenyUsers", " ".join(PROGRAMS), "what only programs run as logs in nowhere, whatever key lies there"),
    ("PubkeyAuthentication", "yes", "keys are the one way in"),
    ("AuthenticationMethods", "publickey", "keys are the one way in, whatever else is allowed below"),
    ("PasswordAuthentication", "no", "a password can be guessed"),
    ("KbdInteractiveAuthentication", "no", "PAM would ask for a password"),
    ("PermitEmptyPasswords", "no", "nobody comes in without anything"),
    ("HostbasedAuthentication", "no", "another machine vouches for nobody"),
    ("IgnoreRhosts", "yes", "a file in a home directory lets nobody in"),
    ("GSSAPIAuthentication", "no", "no ticket of another realm"),
    ("PermitUserEnvironment", "no", "a key's options do not choose what a shell loads"),
    ("StrictModes", "yes", "a key that others may write is no key"),
    ("UsePAM", "yes", "accounts, limits and sessions are the system's"),
)
BOUNDS = (
    ("LoginGraceTime", "30", "an idle handshake is dropped"),
    ("MaxAuthTries", "3", "an agent with three keys still gets in; one with more names the key"),
    ("MaxSessions", "10", "what a controller opens at once over one connection"),
    ("MaxStartups", "10:30:60", "a flood of logins is thinned out before it fills the server"),
    ("ClientAliveInterval", "60", "a lost client is asked"),
    ("ClientAliveCountMax", "2", "and let go after two minutes"),
    ("TCPKeepAlive", "no", "the encrypted question above cannot be forged"),
)
REST = (
    ("X11Forwarding", "no", "no program here draws on somebody's screen"),
    ("PermitTunnel", "no", "a login is no network"),
    ("GatewayPorts", "no", "a forwarded port is for the host alone"),
    ("Compression", "no", "compressed secrets can be guessed by their length"),
    ("UseDNS", "no", "a slow name server delays nobody's login"),
    ("PrintLastLog", "yes", "who logs in sees when somebody last did"),
    ("LogLevel", "VERBOSE", "the log names the key that came in"),
)
# Each line of these adds to the others, outside a Match: an owner's own lines hold beside ours.
CUMULATIVE = frozenset({"denyusers"})
FORWARDING = ("AllowTcpForwarding", "AllowStreamLocalForwarding", "AllowAgentForwarding")


def version(text: str | None) -> tuple[int, int]:
    """Return a version of OpenSSH from what a host measures ("10.0"), the oldest supported one where it has none."""
    match = re.match(r"(\d+)\.(\d+)", text or "")
    return (int(match[1]), int(match[2])) if match else OLDEST


def _algorithms(since: tuple[int, int]) -> list[tuple[str, str, str]]:
    known = [name for name, brought in KEY_EXCHANGES if brought <= since]
    return [
        ("KexAlgorithms", ",".join(known), "recorded today, not read by tomorrow's quantum computer: hybrids first"),
        ("Ciphers", ",".join(CIPHERS), "authenticated ones first; none that leaks"),
        ("MACs", ",".join(MACS), "encrypt, then authenticate"),
        ("HostKeyAlgorithms", ",".join(HOST_KEYS), "no curve of doubtful origin, no SHA-1"),
    ]


def settings(access: Access, openssh: str | None) -> list[Setting]:
    """Return the settings in the order in which they are written. openssh: the host's version, None where unknown."""
    root, why = ROOT_VALUES[access.root]
    forward, because = ("yes", "declared") if access.forwarding else ("no", "a login reaches no further than this host")
    rows = [("PermitRootLogin", root, why), *LOGINS, *BOUNDS, *((name, forward, because) for name in FORWARDING)]
    rows += [*REST, *_algorithms(version(openssh))]
    return [Setting(name=name, value=value, reason=reason) for name, value, reason in rows]


def login(access: Access, who: str) -> list[Finding]:
    """Return what is wrong with as whom the inventory logs in: a run must not close its own door. Empty: not known."""
    if access.root == "never" and who == "root":
        rule = "is for an inventory that does not log in as root: the next login would be refused"
        hint = "set ansible_user to somebody who may use sudo, or root: key"
        return [Finding(path=f"{ROOT}.access.root", value=access.root, rule=rule, hint=hint)]
    if any(fnmatchcase(who, pattern) for pattern in PROGRAMS):
        rule = "is an account of the system's programs, which sshd would refuse from now on"
        hint = "log in as root or as somebody who may use sudo"
        return [Finding(path="ansible_user", value=who, rule=rule, hint=hint)]
    return []


def part(access: Access, hardening: Hardening, host: Host) -> dict[str, Any] | None:
    """Return the plan's part, None where sshd is somebody else's concern."""
    if not hardening.sshd:
        return None
    found = settings(access, host.software.get("openssh"))
    if hardening.banners:
        found.append(Setting(name="Banner", value=BANNER, reason="for whom the machine is, before anybody logs in"))
    return {"settings": [each.as_dict() for each in found]}


def main(planned: Mapping[str, Any] | None) -> dict[str, Assigned]:
    """Return the vendor's file with the same settings: the drop-in wins, and nobody reads another value here.

    An owner's line of a setting that adds up is not replaced: it holds as well.
    """
    if planned is None:
        return {}
    rows = tuple(
        (row["name"], row["value"], row["reason"])
        for row in planned["settings"]
        if row["name"].lower() not in CUMULATIVE
    )
    return {MAIN: Assigned(rows=rows, format=FORMAT)}


def expected(planned: Mapping[str, Any] | None) -> dict[str, str | list[str]] | None:
    """Return the values that ``sshd -T`` must show, by lower-case name; None where sshd is not looked after.

    Of a setting that adds up they are a list, beside which others may stand.
    """
    if planned is None:
        return None
    rows: Sequence[Mapping[str, str]] = planned["settings"]
    named = ((row["name"].lower(), row["value"]) for row in rows)
    return {name: value.split() if name in CUMULATIVE else value for name, value in named}
