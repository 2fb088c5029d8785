# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Bad changes: what a tired operator writes, and what happens between the change and its confirmation."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# stay: the controller goes on. kill: it dies as soon as the change is there. power: so does the host, and it boots.
ACTS = ("stay", "kill", "power")
SSHD = "/etc/ssh/sshd_config.d/00-changed.conf"
NFTABLES = "/etc/nftables.conf"
# What each server does with its files: the commands that a user would give.
RELOADS = {SSHD: ("systemctl", "reload", "ssh.service"), NFTABLES: ("systemctl", "restart", "nftables.service")}
RESTARTS = {SSHD: ("systemctl", "restart", "ssh.service"), NFTABLES: ("nft", "-f", NFTABLES)}

# name -> text. {port}: drawn.
SSHD_TEXTS = {
    "everybody denied": "DenyUsers *",
    "nobody allowed": "AllowUsers nobody",
    "no group allowed": "AllowGroups no-such-group",
    "another port": "Port {port}",
    "the loopback alone": "ListenAddress 127.0.0.1",
    "no file of keys": "AuthorizedKeysFile none",
    "no keys": "PubkeyAuthentication no\nKbdInteractiveAuthentication yes",
    "passwords alone": "AuthenticationMethods password",
    "no root": "PermitRootLogin no",
    "another command": "ForceCommand /bin/false",
    "another root directory": "ChrootDirectory /nowhere",
    "an unknown word": "Prot 22",
    "a value that is none": "LogLevel LOUD",
}
_INPUT = "type filter hook input priority filter; policy {policy};"
_RULES = {
    "deny all": _INPUT.format(policy="drop"),
    "deny all by a rule": _INPUT.format(policy="accept") + " drop",
    "another port": _INPUT.format(policy="drop") + " ct state established accept; tcp dport {port} accept",
    "another interface": _INPUT.format(policy="drop")
    + ' ct state established accept; iifname "eth9" tcp dport 22 accept',
    "another network": _INPUT.format(policy="drop") + " ct state established accept; ip saddr 192.0.2.0/24 accept",
    "no answers": "type filter hook output priority filter; policy drop;",
    "new ones refused": _INPUT.format(policy="accept") + " ct state new tcp dport 22 reject with tcp reset",
}
NFTABLES_TEXTS = {
    name: "flush ruleset\ntable inet own {{\n  chain only {{\n    " + rules.replace("; ", ";\n    ") + "\n  }}\n}}\n"
    for name, rules in _RULES.items()
} | {"an unfinished rule": "flush ruleset\ntable inet own {{\n  chain only {{\n"}
TEXTS: Mapping[str, Mapping[str, str]] = {SSHD: SSHD_TEXTS, NFTABLES: NFTABLES_TEXTS}
# Programs do not take these: nothing is locked, and the way back is at once.
REFUSED = frozenset({"an unknown word", "a value that is none", "an unfinished rule"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """A bad change. path: of SSHD or NFTABLES. act: of ACTS. command: what has the program read it."""

    path: str
    name: str
    text: str
    act: str
    command: tuple[str, ...]

    @property
    def locks(self) -> bool:
        """Whether nobody gets in while it holds."""
        return self.name not in REFUSED

    def __str__(self) -> str:
        return f"{self.path.split('/')[2].partition('.')[0]}: {self.name}, {self.act}, {' '.join(self.command[:2])}"

    def task(self) -> dict[str, Any]:
        """Return the arguments of the guard."""
        mode = "0600" if self.path == SSHD else "0755"
        files = [{"path": self.path, "content": f"{self.text}\n", "mode": mode}]
        return {"name": "changed", "files": files, "commands": [list(self.command)]}


def change(path: str, name: str, act: str, *, port: int = 2222, restart: bool = False) -> Change:
    """Return one bad change. port: where its text names one; restart: instead of a reload."""
    command = (RESTARTS if restart else RELOADS)[path]
    text = TEXTS[path][name].format(port=port)
    return Change(path=path, name=name, text=text, act=act, command=command)


# One of each kind that matters, for every run of the tests.
TEN = (
    change(SSHD, "everybody denied", "stay"),
    change(SSHD, "another port", "kill"),
    change(SSHD, "the loopback alone", "power", restart=True),
    change(SSHD, "an unknown word", "stay", restart=True),
    change(SSHD, "no keys", "kill"),
    change(NFTABLES, "deny all", "stay"),
    change(NFTABLES, "another port", "kill"),
    change(NFTABLES, "another interface", "power"),
    change(NFTABLES, "an unfinished rule", "stay"),
    change(NFTABLES, "no answers", "stay", restart=True),
)


def draw(chance: random.Random) -> Change:
    """Return a bad change at random: each text as likely as any, and each act."""
    path, name = chance.choice([(path, name) for path, texts in TEXTS.items() for name in texts])
    act = "stay" if name in REFUSED else chance.choice(ACTS)
    return change(path, name, act, port=chance.randint(1024, 60_000), restart=chance.random() < 0.5)
