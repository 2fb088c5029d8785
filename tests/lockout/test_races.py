# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Two that want the same on a real host: a slow run and its timer, two runs, a generator and the way back at boot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.shell import run, scaled, succeeds, wait_until

from .changes import SSHD
from .trial import HOST, applied, cut_the_power, firewall, guarded, inside, login_works

pytestmark = pytest.mark.usefixtures("host")
PLACE = "/var/lib/holdfast/guard/changed"
TEXTS = "find /etc/ssh/sshd_config.d -type f -exec sha256sum {} +"
HERE = "ip saddr 172.30.213.1 tcp dport 22"
# What Ubuntu's generator of this name does, as far as it matters here: the socket listens where sshd's files say.
GENERATOR = "/etc/systemd/system-generators/sshd-socket-generator"
GENERATOR_TEXT = """#!/bin/sh
port=$(sed -n 's/^Port //p' /etc/ssh/sshd_config.d/*.conf | head -n 1)
[ -n "$port" ] || exit 0
mkdir -p "$1/ssh.socket.d"
printf '[Socket]\\nListenStream=\\nListenStream=%s\\n' "$port" >"$1/ssh.socket.d/addresses.conf"
"""


def task(text: str, *commands: list[str], **options: Any) -> dict[str, Any]:
    """Return a change of sshd under the guard. commands: what runs behind the files, in this order."""
    files = [{"path": SSHD, "content": text, "mode": "0600"}]
    return {"name": "changed", "files": files, "commands": list(commands), **options}


def present(path: str) -> bool:
    """Tell whether a path is there on the host."""
    return succeeds(["docker", "exec", HOST.container, "test", "-e", path])


def test_a_run_that_its_timer_overtakes_leaves_the_old_state() -> None:
    before = inside(TEXTS)
    # The timer fires after two seconds, and its script waits for the run for ten more.
    late = ["sh", "-c", "sleep 16; echo 'MaxSessions 3' >/etc/ssh/sshd_config.d/01-late.conf"]
    options = {"timeout_seconds": 2, "check": [late], "also": ["/etc/ssh/sshd_config.d/01-late.conf"]}
    with guarded("overtaken", task("MaxAuthTries 4\n", **options)) as playbook:
        wait_until("the way back", lambda: present(f"{PLACE}/undone"), seconds=scaled(60))
        # It is over, and the run still writes.
        assert inside(TEXTS) == before
        assert playbook.wait() != 0
    assert "the host took the change back before it was whole" in playbook.text()
    assert inside(TEXTS) == before
    assert login_works()


def test_a_second_run_is_refused_while_the_first_one_writes() -> None:
    slow = ["sh", "-c", "sleep 20; systemctl reload ssh.service"]
    with guarded("first", task("MaxAuthTries 4\n", slow, timeout_seconds=60)) as first:
        wait_until("the first one to write", lambda: present(f"{PLACE}/pending"), seconds=scaled(60), every=0.05)
        with guarded("second", task("MaxAuthTries 3\n")) as second:
            assert second.wait() != 0
        assert first.wait() == 0, first.text()
    assert "another run changes changed now (process " in second.text()
    assert "maxauthtries 4" in inside("/usr/sbin/sshd -T")


@pytest.fixture
def socket() -> Iterator[None]:
    """Have sshd started by its socket, and the socket's port read from sshd's files, as Ubuntu has it."""
    run(
        ["docker", "exec", "--interactive", HOST.container, "install", "-D", "/dev/stdin", GENERATOR],
        stdin=GENERATOR_TEXT,
    )
    inside("systemctl disable --quiet --now ssh.service && systemctl enable --quiet ssh.socket")
    inside("systemctl daemon-reload && systemctl start ssh.socket")
    yield
    inside(f"rm -f {GENERATOR} {SSHD}; systemctl daemon-reload; systemctl disable --quiet --now ssh.socket ssh.service")
    inside("systemctl enable --quiet --now ssh.service")


@pytest.mark.usefixtures("socket")
def test_a_boot_listens_where_the_old_files_say() -> None:
    listen = ["sh", "-c", "systemctl daemon-reload; systemctl stop ssh.service; systemctl restart ssh.socket"]
    assert login_works()
    with guarded("socket", task("Port 2222\n", listen)) as playbook:
        wait_until("the port to be another", applied, seconds=scaled(60), every=0.05)
        playbook.kill()
    assert ":2222" in inside("ss -ltnH")
    cut_the_power()
    wait_until("a login", login_works, seconds=scaled(30))
    assert ":2222" not in inside("ss -ltnH")
    assert inside("systemctl list-units --failed --plain --no-legend; systemctl list-jobs --no-legend") == ""


def test_who_is_declared_is_no_matter_of_the_limit() -> None:
    limit = {"firewall_logins_a_minute": 1, "firewall_logins_at_once": 1}
    with firewall("declared", "tcp dport 22", trusted=[HERE], **limit) as playbook:
        assert playbook.wait() == 0, playbook.text()
    try:
        assert [login_works() for _ in range(5)] == [True] * 5
        inside(f"sed -i '/{HERE}/d' /etc/holdfast/firewall.nft && systemctl reload holdfast-firewall.service")
        assert not all(login_works() for _ in range(5)), "the limit holds up whoever is not declared"
    finally:
        inside("systemctl disable --quiet --now holdfast-firewall.service; rm /etc/holdfast/firewall.nft")
