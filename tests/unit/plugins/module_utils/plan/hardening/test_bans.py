# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who is kept out: what counts as a guess, what a client's words cannot do, and who is never kept out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.guard import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import bans
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around

ADDRESS = r"(?P<who>[0-9a-f.:]+)"
# As journald has it for fail2ban: moment and host before the program.
SSH = "second sshd-session[1791]: "
# What a client calls itself, to accuse another.
CLAIM = r'\",\"remote\":\"203.0.113.66\",\"method\":\"GET\",\"uri\":\"/\",\"status\":401,"}'
REST = '"bytes":1,"agent":"curl"}'


def found(pattern: str, line: str) -> str | None:
    """Return whom a line accuses, as fail2ban reads it."""
    match = re.search(pattern.replace("<ADDR>", ADDRESS), line)
    return match["who"] if match else None


def rows(path: str, **around: object) -> dict[str, str]:
    files = bans.concern(Around(os_id="debian", **around)).files  # type: ignore[arg-type]
    return {name: value for name, value, _ in files[path]}


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("Connection closed by authenticating user root 203.0.113.9 port 4 [preauth]", "203.0.113.9"),
        ("Connection reset by invalid user admin 2001:db8::9 port 4 [preauth]", "2001:db8::9"),
        ("Disconnected from authenticating user root 203.0.113.9 port 4 [preauth]", "203.0.113.9"),
        (
            "Disconnecting authenticating user root 203.0.113.9 port 4: Too many authentication failures [preauth]",
            "203.0.113.9",
        ),
        ("Connection closed by invalid user x 198.51.100.1 port 1 [preauth] 203.0.113.9 port 4 [preauth]",
         "203.0.113.9"),
        ("Connection closed by 203.0.113.9 port 4 [preauth]", None),
        ("Disconnected from user root 203.0.113.9 port 4", None),
        ("Failed publickey for root from 203.0.113.9 port 4 ssh2: ED25519 SHA256:x", None),
    ],
)  # fmt: skip
def test_a_guess_at_ssh(said: str, who: str | None) -> None:
    assert found(bans.GUESSED, SSH + said) == who
    assert found(bans.GUESSED, "second sshd[7]: " + said) == who
    assert found(bans.GUESSED, "second other[7]: " + said) is None


@pytest.mark.parametrize(
    ("line", "who"),
    [
        (',"host":"a","remote":"203.0.113.9","method":"GET","uri":"/","status":401,' + REST, "203.0.113.9"),
        (r',"host":"a","remote":"2001:db8::9","method":"GET","uri":"/\"x\\","status":401,' + REST, "2001:db8::9"),
        (',"host":"a","remote":"203.0.113.9","method":"GET","uri":"/","status":403,' + REST, None),
        (r',"host":"a","remote":"203.0.113.9","method":"GET","uri":"/\",\"status\":401,","status":200,' + REST, None),
        (r',"host":"a","remote":"203.0.113.9","method":"GET","uri":"/","status":200,"agent":"' + CLAIM, None),
    ],
)
def test_a_guess_at_the_edge(line: str, who: str | None) -> None:
    assert found(bans.REFUSED, line) == who


def test_every_declared_port_of_ssh_is_closed_to_who_guesses() -> None:
    assert rows(bans.SSH_JAIL, ssh_ports=(22, 2222))["port"] == "22,2222"


@pytest.mark.parametrize("path", [bans.SSH_JAIL, bans.EDGE_JAIL])
def test_administrators_are_never_kept_out(path: str) -> None:
    known = rows(path, trusted=("203.0.113.0/24", "2001:db8::/32"), edge=True)
    assert known["ignoreip"] == "127.0.0.0/8 ::1 203.0.113.0/24 2001:db8::/32"


def test_a_ban_comes_before_docker_rewrites_destinations() -> None:
    action = rows(bans.SSH_JAIL)["banaction"]
    assert "chain_hook=prerouting" in action
    assert f"chain_priority={bans.PRIORITY}" in action
    assert -200 < bans.PRIORITY < -160


def test_nobody_is_kept_out_while_a_change_of_access_waits(tmp_path: Path) -> None:
    command = rows(bans.SSH_JAIL)["ignorecommand"].replace(str(ROOT), str(tmp_path))
    assert subprocess.run(["sh", "-c", command], check=False).returncode != 0
    (tmp_path / "sshd/confirmed").mkdir(parents=True)
    assert subprocess.run(["sh", "-c", command], check=False).returncode != 0
    (tmp_path / "sshd/pending").mkdir()
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0


def test_without_an_edge_there_is_one_jail() -> None:
    assert set(bans.concern(Around(os_id="debian")).files) == {bans.SSH_JAIL, bans.SSH_FILTER}
    every = bans.concern(Around(os_id="debian", edge=True))
    assert every.units["fail2ban.service"].reads == tuple(every.files)
    assert bans.DROP_IN in every.files
