# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is installed is what dpkg calls installed, and nothing less."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.packages import install_command, installed, missing

LIST = "openssl installed\nnginx half-configured\nvim config-files\nbroken\n"


def test_a_package_that_is_not_wholly_there_is_missing() -> None:
    assert installed(LIST) == {"openssl"}
    assert missing(["nginx", "openssl", "vim", "nginx", "curl"], LIST) == ["nginx", "vim", "curl"]


def test_nothing_is_asked_and_a_lock_is_waited_for() -> None:
    command = install_command(["a", "b"], 90)
    assert command[-3:] == ["install", "a", "b"]
    assert {"-y", "--no-install-recommends", "DPkg::Lock::Timeout=90", "Dpkg::Options::=--force-confold"} <= set(
        command
    )
