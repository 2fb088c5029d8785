# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who becomes root how: as root, by sudo without a password, by sudo with one; and what is said where that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import engine, machines
from tests.lab.hosts import find
from tests.lab.shell import run

from .site import digest, inventory, site
from .test_live import check_refused, check_untouched, nothing

BARE = find("bare")
INSIDE = ["docker", "exec", BARE.container, "sh", "-ec"]
# Of the lab's own host, for as long as these tests run.
PASSWORD = "right-Horse-9"
MAKE = f"""
apt-get update -q && apt-get install -y -q --no-install-recommends sudo-rs
useradd --create-home --groups sudo --password "$(openssl passwd -6 {PASSWORD})" asked
install -d -m 0700 -o asked /home/asked/.ssh
install -m 0600 -o asked /root/.ssh/authorized_keys /home/asked/.ssh/authorized_keys
"""
UNMAKE = """
if loginctl show-user asked > /dev/null 2>&1; then loginctl terminate-user asked; fi
userdel --remove --force asked; apt-get purge -y -q sudo-rs
"""
GUARDED = [
    {
        "name": "Write something under the guard, twice",
        "holdfast.host.guard": {
            "name": "tried",
            "files": [{"path": "/srv/holdfast-tried", "content": "{{ item }}\n"}],
            "commands": [["true"]],
        },
        "loop": ["first", "second"],
    }
]


@pytest.fixture(scope="module", autouse=True)
def asked() -> Iterator[None]:
    """Have a user whose sudo asks for a password, and sudo-rs beside the other sudo."""
    engine.ensure()
    machines.up([BARE])
    run([*INSIDE, MAKE])
    yield
    run([*INSIDE, UNMAKE])


def test_a_sudo_with_a_password_serves_the_whole_of_a_check(tmp_path: Path) -> None:
    before = digest(BARE)
    place = inventory(tmp_path / "inventory", BARE, nothing, user="asked", ansible_become_password=PASSWORD)
    answer = site(place, "--check")
    assert answer.status == 0, answer.output
    assert any(task.startswith(("verify", "app")) for task in answer.tasks)
    assert PASSWORD not in answer.output
    check_untouched(BARE, before)


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("root", {}),
        ("ops", {}),
        ("ops", {"ansible_become_exe": "sudo-rs"}),
        ("asked", {"ansible_become_password": PASSWORD}),
    ],
)
def test_a_fresh_login_confirms_a_change_whoever_becomes_root(tmp_path: Path, user: str, words: dict[str, Any]) -> None:
    place = inventory(tmp_path / "inventory", BARE, nothing, user=user, **words)
    play = {"hosts": "all", "gather_facts": False, "become": True, "tasks": GUARDED}
    (tmp_path / "guarded.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    answer = site(place, playbook=str(tmp_path / "guarded.yml"))
    try:
        assert answer.status == 0, answer.output
        assert run([*INSIDE, "cat /srv/holdfast-tried"]) == "second\n"
        run(
            [
                *INSIDE,
                "test -d /var/lib/holdfast/guard/tried/confirmed; test ! -e /var/lib/holdfast/guard/tried/pending",
            ]
        )
    finally:
        run([*INSIDE, "rm -f /srv/holdfast-tried"])


@pytest.mark.parametrize(
    ("words", "path", "value", "rule", "hint"),
    [
        ({}, "ansible_become_password", "", "sudo asks asked for a password, and none was given", "--ask-become-pass"),
        ({"ansible_become_password": "wrong"}, "ansible_become_password", "", "Incorrect sudo password", "check"),
        ({"ansible_become_password": PASSWORD, "ansible_become_exe": "sudo-rs"}, "ansible_become_password", "sudo-rs",
         "in words that", "ansible_become_exe: sudo.ws"),
        ({"ansible_become_exe": "sudo-rs"}, "ansible_become_password", "sudo-rs", "in words that", "NOPASSWD"),
        ({"ansible_become_exe": "sudo.ws"}, "ansible_become_exe", "sudo.ws", "a program of the host", "log in as root"),
        ({"ansible_become_method": "su"}, "ansible_become_method", "su", "must make asked root", "become_method: sudo"),
        ({"ansible_become": False}, "ansible_become", "asked (uid ", "root is needed", "ansible_become: true"),
    ],
)  # fmt: skip
def test_what_cannot_become_root_is_told_before_anything_else(
    tmp_path: Path, words: dict[str, Any], path: str, value: str, rule: str, hint: str
) -> None:
    before = digest(BARE)
    answer = site(inventory(tmp_path / "inventory", BARE, nothing, user="asked", **words))
    check_refused(answer, {path: (value, rule, hint)})
    assert answer.tasks[-1] == "preflight : plan | Become root", answer.tasks
    assert "Traceback" not in answer.output
    check_untouched(BARE, before)
