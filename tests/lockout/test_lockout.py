# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Ten bad changes, each taken back by the host itself; and good ones, which stay. The benchmark makes hundreds."""

from __future__ import annotations

import sys

import pytest

from tests.lab.shell import wait_until

from .changes import SSHD, TEN, Change
from .trial import attempt, cut_the_power, firewall, guarded, inside, login_works

# A fresh login works again within this time of the first that failed.
MOST_SECONDS = 30


pytestmark = pytest.mark.usefixtures("host")


@pytest.mark.parametrize("number", range(len(TEN)), ids=[str(each) for each in TEN])
def test_a_bad_change_takes_itself_back(number: int) -> None:
    change: Change = TEN[number]
    outcome = attempt(f"bad{number}", change)
    sys.stderr.write(f"lockout: {outcome.closed:5.1f} s closed, {outcome.failed}/{outcome.tries} failed: {change}\n")
    assert not outcome.problems
    assert outcome.closed <= MOST_SECONDS


def test_a_good_change_stays_and_is_made_once() -> None:
    task = {
        "name": "good",
        "files": [{"path": SSHD, "content": "MaxAuthTries 5\n", "mode": "0600"}],
        "check": [["/usr/sbin/sshd", "-t"]],
        "commands": [["systemctl", "reload", "ssh.service"]],
    }
    for number, changed in enumerate(("changed=1", "changed=0")):
        with guarded(f"good{number}", task) as playbook:
            assert playbook.wait() == 0, playbook.text()
        assert changed in playbook.text()
    # No timer is left that could take it back.
    inside("! systemctl is-active --quiet holdfast-guard-good.timer; test -d /var/lib/holdfast/guard/good/confirmed")
    assert "maxauthtries 5" in inside("/usr/sbin/sshd -T")


def test_what_a_check_refuses_is_back_at_once() -> None:
    before = inside("sha256sum /etc/ssh/sshd_config.d/*")
    task = {
        "name": "good",
        "files": [{"path": SSHD, "content": "MaxAuthTries many\n", "mode": "0600"}],
        "check": [["/usr/sbin/sshd", "-t"]],
    }
    with guarded("refused", task) as playbook:
        assert playbook.wait() != 0
    assert "The old state of good was put back" in playbook.text()
    assert "MaxAuthTries many" in playbook.text() or "integer" in playbook.text()
    assert inside("sha256sum /etc/ssh/sshd_config.d/*") == before


def held() -> str:
    """Return the rules that the kernel holds for the role, none where there is no table of it."""
    if "table inet holdfast" not in inside("nft list tables").splitlines():
        return ""
    return inside("nft -s list chain inet holdfast outside")


def test_the_firewalls_role_takes_a_declaration_back_that_shuts_everybody_out() -> None:
    with firewall("shut_first", "ip saddr 192.0.2.0/24 tcp dport 22") as playbook:
        assert playbook.wait() != 0
    assert "so the host puts the old state back" in playbook.text()
    wait_until("a login", login_works, seconds=MOST_SECONDS)
    # There were none before, so there are none.
    assert not held()
    with firewall("open", "tcp dport 22") as playbook:
        assert playbook.wait() == 0, playbook.text()
    before = held()
    assert "tcp dport 22" in before
    with firewall("shut", "ip saddr 192.0.2.0/24 tcp dport 22") as playbook:
        assert playbook.wait() != 0
    wait_until("a login", login_works, seconds=MOST_SECONDS)
    assert held() == before


def test_rules_that_somebody_flushed_come_back_with_the_next_run_and_with_a_boot() -> None:
    before = held()
    inside("nft flush ruleset")
    with firewall("flushed", "tcp dport 22") as playbook:
        assert playbook.wait() == 0, playbook.text()
    assert held() == before
    with firewall("again", "tcp dport 22") as playbook:
        assert playbook.wait() == 0, playbook.text()
    assert "changed=0" in playbook.text()
    cut_the_power()
    assert held() == before
