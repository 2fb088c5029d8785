# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What an SSH server holds, against the plan: also for whom a Match names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import sshd

EXPECT = {"sshd": {"passwordauthentication": "no", "permitrootlogin": "prohibit-password", "maxauthtries": "4"}}
HELD = "passwordauthentication no\npermitrootlogin without-password\nmaxauthtries 4\nport 22\n"


def observed(tmp_path: Path, files: Mapping[str, str], answers: Mapping[str, Result]) -> dict[str, Any]:
    """Return what is seen where sshd answers by the user that it is asked for."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(command: Sequence[str], _given: str) -> Result:
        assert command[:3] == ["/usr/sbin/sshd", "-T", "-C"]
        user = command[3].partition(",")[0].removeprefix("user=")
        return answers.get(user, Result(status=0, out=HELD))

    return {"sshd": sshd.observe(EXPECT, run, tmp_path)}


def told(seen: Mapping[str, Any]) -> list[str]:
    return [f"{each.path} {each.value} {each.rule}" for each in sshd.differences(EXPECT, seen)]


def test_a_server_that_holds_its_plan_has_no_finding(tmp_path: Path) -> None:
    assert told(observed(tmp_path, {}, {})) == []


def test_a_value_of_another_file_that_wins_is_told(tmp_path: Path) -> None:
    loose = Result(status=0, out=HELD.replace("passwordauthentication no", "passwordauthentication yes"))
    assert told(observed(tmp_path, {}, {"nobody": loose})) == [
        "sshd.passwordauthentication yes must be no for everybody"
    ]


@pytest.mark.parametrize(
    ("lines", "findings"),
    [
        ("denyusers nobody\ndenyusers systemd-*\n", []),
        ("denyusers own\ndenyusers systemd-*\ndenyusers nobody\n", []),
        ("denyusers nobody\n", ["sshd.denyusers nobody must be nobody systemd-* for everybody"]),
        ("", ["sshd.denyusers None must be nobody systemd-* for everybody"]),
    ],
)
def test_a_list_may_be_longer_than_ours(tmp_path: Path, lines: str, findings: list[str]) -> None:
    expect = {"sshd": {"denyusers": ["nobody", "systemd-*"]}}

    def run(_command: Sequence[str], _given: str) -> Result:
        return Result(status=0, out=lines)

    seen = sshd.observe(expect, run, tmp_path)
    assert [f"{each.path} {each.value} {each.rule}" for each in sshd.differences(expect, {"sshd": seen})] == findings


def test_a_match_may_not_replace_the_list(tmp_path: Path) -> None:
    expect = {"sshd": {"denyusers": ["nobody", "sys"]}}
    (tmp_path / "sshd_config").write_text("Match User intern\n  DenyUsers intern\n")

    def run(command: Sequence[str], _given: str) -> Result:
        matched = command[3].startswith("user=intern")
        return Result(status=0, out="denyusers intern\n" if matched else "denyusers nobody\ndenyusers sys\n")

    found = list(sshd.differences(expect, {"sshd": sshd.observe(expect, run, tmp_path)}))
    assert [f"{each.path} {each.rule}" for each in found] == ["sshd.denyusers must be nobody sys for Match User intern"]


def test_a_match_may_not_let_in_by_password(tmp_path: Path) -> None:
    loose = Result(status=0, out="passwordauthentication yes\npermitrootlogin without-password\nmaxauthtries 9\n")
    files = {"sshd_config": "Port 22\n", "sshd_config.d/50-own.conf": "Match User backup # ours\n  MaxAuthTries 9\n"}
    assert told(observed(tmp_path, files, {"backup": loose})) == [
        "sshd.passwordauthentication yes must be no for Match User backup"
    ]


def test_a_server_that_cannot_read_its_files_is_told(tmp_path: Path) -> None:
    broken = Result(status=255, err="line 3: Bad configuration option: Prot")
    assert told(observed(tmp_path, {}, {"nobody": broken})) == [
        "sshd line 3: Bad configuration option: Prot must read its configuration"
    ]


def test_where_it_is_left_alone_nobody_is_asked(tmp_path: Path) -> None:
    def run(command: Sequence[str], _given: str) -> Result:
        raise AssertionError(command)

    assert sshd.observe({"sshd": None}, run, tmp_path) == []
    assert list(sshd.differences({"sshd": None}, {"sshd": []})) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "Match User a\nX11Forwarding yes\nmatch address 192.0.2.0/24 user b\n",
            ["User a", "address 192.0.2.0/24 user b"],
        ),
        ("# Match User a\nMatch all\n", []),
        ("PermitRootLogin no\n", []),
    ],
)
def test_every_match_is_found(text: str, lines: list[str]) -> None:
    assert sshd.match_lines(text) == lines


@pytest.mark.parametrize(
    ("criteria", "part"),
    [
        ("User backup", "user=backup,host=localhost,addr=127.0.0.1"),
        ("User !root,web-*", "user=web-x,"),
        ("Address 198.51.100.0/24,10.0.0.1", "addr=198.51.100.0,"),
        ("Address !192.0.2.1,2001:db8::/32", "addr=2001:db8::,"),
        ("Host *.example.org LocalPort 2222", "host=x.example.org,addr=127.0.0.1,laddr=127.0.0.1,lport=2222"),
        ("Group root", "user=root,"),
    ],
)
def test_a_connection_that_a_match_means_is_asked_for(criteria: str, part: str) -> None:
    assert part in str(sshd.connection(criteria))


def test_a_group_of_nobody_concerns_nobody() -> None:
    assert sshd.connection("Group no-such-group") is None
