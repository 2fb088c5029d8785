# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a stranger finds of a host: every TCP port is tried, over IPv4 and IPv6, from two places."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import testinfra

from tests.acceptance.running import containers
from tests.acceptance.scenarios import Scenario
from tests.acceptance.strangers import PLACES, scanned
from tests.lab import registry


@pytest.mark.parametrize("place", PLACES)
def test_only_declared_ports_answer(scenario: Scenario, place: str, figure: Callable[[str], None]) -> None:
    targets = [scenario.row.address, *([scenario.row.address6] if registry.has_ipv6() else [])]
    found = scanned(place, targets)
    wanted = scenario.open_from(place)
    assert set(found.pop(scenario.row.address)) == wanted
    # Docker publishes over IPv4 alone here; what answers over IPv6 must be declared as well.
    for address, ports in found.items():
        assert set(ports) <= wanted, address
        assert 22 in ports or 22 not in wanted, f"{address} does not answer at all"
    figure(f"all TCP ports from {place}: open {sorted(wanted)}; IPv6 {found or 'not in this lab'}")


def test_nothing_is_published_over_udp(scenario: Scenario, server: testinfra.host.Host) -> None:
    bindings = [port for each in containers(scenario) for port in each.inspected["HostConfig"]["PortBindings"] or {}]
    assert bindings
    assert [port for port in bindings if port.endswith("/udp")] == []
    listening = [line.split()[3] for line in server.check_output("ss -Hlun").splitlines()]
    assert [each for each in listening if not each.startswith(("127.", "[::1]"))] == []
