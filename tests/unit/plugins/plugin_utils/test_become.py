# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Why a login does not become root, and what it is told to do."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.plugin_utils import become as subject

ASKED = subject.Tried(
    method="sudo", exe="sudo", user="root", password=False, said="Missing sudo password", uid=1000, name="ops",
    version="Sudo version 1.9.16p2", free=False, core="2.21.5",
)  # fmt: skip
RS = replace(
    ASKED, version="sudo-rs 0.2.8", password=True, said="Timeout (12s) waiting for privilege escalation prompt"
)


@pytest.mark.parametrize(
    ("tried", "path", "value", "rule", "hint"),
    [
        (replace(ASKED, method=""), "ansible_become", "ops (uid 1000)", "root is needed", "ansible_become: true"),
        (ASKED, "ansible_become_password", None, "sudo asks ops for a password, and none was given", "NOPASSWD"),
        (replace(ASKED, password=True, said="Incorrect sudo password"), "ansible_become_password", None,
         "sudo said: Incorrect sudo password", "check the password"),
        (RS, "ansible_become_password", "sudo-rs 0.2.8", "ansible-core 2.21.5 does not understand", "sudo.ws"),
        # Without a password the advice is not to give one, which would not help either.
        (replace(RS, password=False), "ansible_become_password", "sudo-rs 0.2.8", "does not understand", "NOPASSWD"),
        (replace(ASKED, version="", exe="sudo.ws"), "ansible_become_exe", "sudo.ws", "a program of the host", "root"),
        (replace(ASKED, method="su"), "ansible_become_method", "su", "Missing sudo password", "ansible_become_method"),
        (replace(ASKED, user="deploy"), "ansible_become_user", "deploy", "must be root", "leave it out"),
        (replace(ASKED, free=True, said="sudo: bad flag"), "ansible_become", "sudo by ops", "bad flag", "become_flags"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_to_do(
    tried: subject.Tried, path: str, value: str | None, rule: str, hint: str
) -> None:
    found = subject.finding(tried)
    assert (found.path, found.value, found.level) == (path, value, "error")
    assert rule in found.rule
    assert hint in found.hint


def test_a_password_is_not_advised_where_sudo_rs_would_ask_for_it() -> None:
    assert "--ask-become-pass" not in subject.finding(replace(RS, password=False)).hint


def test_the_question_is_answered_by_a_shell() -> None:
    asked = subject.question("/nonexistent/su do")
    done = subprocess.run(["/bin/sh", "-c", asked], capture_output=True, text=True, check=True)
    told = subject.answers(done.stdout)
    assert set(told) == {"uid", "name", "version", "free"}
    assert told["uid"].isdigit()
    assert (told["version"], told["free"]) == ("", "")


@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_version_is_read_wherever_it_is_said(tmp_path: Path, stream: str) -> None:
    program = tmp_path / "sudo"
    program.write_text(f"#!/bin/sh\n[ $1 = --version ] && echo sudo-rs 0.2.5 >&{stream}\n", encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(["/bin/sh", "-c", subject.question(str(program))], capture_output=True, text=True, check=True)
    assert subject.answers(done.stdout)["version"] == "sudo-rs 0.2.5"
