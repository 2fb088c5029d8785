# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The second run: nothing changes, nothing is started again, and it is quick."""

from __future__ import annotations

from collections.abc import Callable

from tests.acceptance.playbook import well
from tests.acceptance.running import identities, units
from tests.acceptance.scenarios import Scenario
from tests.lab.shell import scaled

MOST_SECONDS = 30


def test_the_second_run_changes_nothing_and_restarts_nothing(scenario: Scenario, figure: Callable[[str], None]) -> None:
    before = identities(scenario), units(scenario)
    assert before[0], "no containers"
    assert "docker.service" in before[1]
    ended = well(scenario)
    assert ended.changed == {scenario.host: 0}, ended.output
    assert identities(scenario) == before[0]
    after = units(scenario)
    # A unit that a timer started meanwhile is no restart.
    assert {name: after.get(name) for name in before[1]} == before[1]
    # The bound is that of a machine with nothing else to do; a shared one gets more by its load and its CPUs' speed.
    assert ended.seconds <= scaled(MOST_SECONDS), ended.output
    figure(f"second run: {ended.tally}; {ended.seconds:.1f} s on the wall; {len(before[0])} containers as before")
