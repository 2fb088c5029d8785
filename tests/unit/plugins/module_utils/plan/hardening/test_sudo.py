# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What sudo is told, and what sudo-rs would not understand."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import sudo
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around


def test_a_known_sudo_writes_a_log_that_is_rotated() -> None:
    found = sudo.concern(Around(os_id="debian", programs=frozenset({"sudo"}), keep_days=365))
    assert ("logfile", f'"{sudo.LOG}"') in [row[:2] for row in found.files[sudo.PATH]]
    assert "rotate 53" in [name for name, _, _ in found.files["/etc/logrotate.d/holdfast"]]
    assert "sudo" not in found.packages


def test_sudo_rs_is_told_what_it_knows() -> None:
    found = sudo.concern(Around(os_id="ubuntu", programs=frozenset({"sudo-rs"})))
    assert [name for name, _, _ in found.files[sudo.PATH]] == ["use_pty", "timestamp_timeout", "passwd_tries"]
    assert not found.packages


def test_a_host_without_sudo_gets_one() -> None:
    assert "sudo" in sudo.concern(Around(os_id="debian")).packages


def test_nobodys_rights_change() -> None:
    rows = sudo.concern(Around(os_id="debian")).files[sudo.PATH]
    assert not [name for name, _, _ in rows if "ALL" in name or name in ("targetpw", "rootpw", "authenticate")]
