# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is updated by itself, and what is not."""

from __future__ import annotations

import re

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import upgrades
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around


def rows(os_id: str) -> list[tuple[str, str]]:
    return [row[:2] for row in upgrades.concern(Around(os_id=os_id)).files[upgrades.PATH]]


@pytest.mark.parametrize("os_id", ["debian", "ubuntu"])
def test_security_updates_alone(os_id: str) -> None:
    sources = [value for name, value in rows(os_id) if name == "Unattended-Upgrade::Origins-Pattern::"]
    assert sources
    assert all("security" in value and value.lower().startswith(f"origin={os_id}") for value in sources)
    assert ("Unattended-Upgrade::Automatic-Reboot", "false") in rows(os_id)


@pytest.mark.parametrize(
    "package", ["docker.io", "docker-ce", "docker-ce-cli", "containerd.io", "runc", "postgresql-18", "redis-server"]
)
def test_what_runs_the_stack_waits(package: str) -> None:
    kept = [value for name, value in rows("debian") if name == "Unattended-Upgrade::Package-Blacklist::"]
    assert any(re.match(pattern, package) for pattern in kept)


def test_others_do_not_wait() -> None:
    kept = [value for name, value in rows("debian") if name == "Unattended-Upgrade::Package-Blacklist::"]
    assert not [name for name in ("openssl", "libc6", "linux-image-amd64") if any(re.match(p, name) for p in kept)]


def test_needrestart_tells_and_reads_no_strangers_scripts() -> None:
    found = upgrades.concern(Around(os_id="debian"))
    path = "/etc/needrestart/conf.d/60-holdfast.conf"
    asked = {name: value for name, value, _ in found.files[path]}
    assert (asked["restart"], asked["interpscan"], asked["^docker"]) == ("'l'", "0", "0")
    assert "needrestart" in found.packages


@pytest.mark.parametrize(("os_id", "there"), [("debian", True), ("ubuntu", False)])
def test_the_news_of_debian_are_read_before_an_update(os_id: str, there: bool) -> None:
    assert ("apt-listchanges" in upgrades.concern(Around(os_id=os_id)).packages) is there
