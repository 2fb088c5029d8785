# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from tests.lab.hosts import HOSTS
from tests.lab.ssh import command, replaced

TINY, BARE = HOSTS["tiny"], HOSTS["bare"]


def test_a_host_is_known_by_name_and_both_addresses() -> None:
    assert replaced([], TINY, "ssh-ed25519 AAAA root@tiny\n") == "tiny,172.30.213.14,fd00:213::14 ssh-ed25519 AAAA\n"


def test_new_keys_replace_the_old_of_this_host_only() -> None:
    before = [*replaced([], TINY, "ssh-rsa OLD c").splitlines(), *replaced([], BARE, "ssh-rsa BARE c").splitlines()]
    after = replaced(before, TINY, "ssh-rsa NEW c\nssh-ed25519 ED c")
    assert "OLD" not in after
    assert [line.split()[-1] for line in after.splitlines()] == ["BARE", "NEW", "ED"]


def test_no_keys_forgets_the_host() -> None:
    assert replaced(replaced([], TINY, "ssh-rsa OLD c").splitlines(), TINY, "") == ""


def test_an_unknown_key_is_never_accepted() -> None:
    words = command(TINY, "ops")
    assert "-oStrictHostKeyChecking=yes" in words
    assert "-oGlobalKnownHostsFile=/dev/null" in words
    assert words[-1] == "ops@172.30.213.14"
