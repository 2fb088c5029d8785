# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who keeps the clock."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import clock
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around


@pytest.mark.parametrize("program", ["chrony", "ntp"])
def test_who_keeps_it_already_goes_on(program: str) -> None:
    found = clock.concern(Around(os_id="debian", programs=frozenset({program})))
    assert not any((found.packages, found.files, found.units))


@pytest.mark.parametrize(("os_id", "pool"), [("debian", "debian.pool.ntp.org"), ("ubuntu", "ntp.ubuntu.com")])
def test_else_the_distributions_own_servers_are_asked(os_id: str, pool: str) -> None:
    found = clock.concern(Around(os_id=os_id))
    assert "systemd-timesyncd" in found.packages
    assert pool in dict(row[:2] for row in found.files[clock.PATH])["NTP"]
