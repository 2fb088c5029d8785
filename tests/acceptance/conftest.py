# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which scenario is judged, and where its figures are kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import testinfra

from tests.acceptance.scenarios import BUILD, SCENARIOS, Scenario
from tests.acceptance.web import Site


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the scenario's name."""
    parser.addoption("--scenario", choices=sorted(SCENARIOS), required=True, help="the scenario of molecule/ to judge")


@pytest.fixture(scope="session")
def scenario(pytestconfig: pytest.Config) -> Scenario:
    """Return the scenario that was named."""
    return SCENARIOS[pytestconfig.getoption("scenario")]


@pytest.fixture(scope="session")
def server(scenario: Scenario) -> testinfra.host.Host:
    """Return the scenario's host over SSH."""
    return scenario.server


@pytest.fixture(scope="session")
def site(scenario: Scenario) -> Site:
    """Return the first public name of the scenario."""
    return Site(address=scenario.row.address, name=next(iter(scenario.health)))


@pytest.fixture
def figure(scenario: Scenario) -> Callable[[str], None]:
    """Return a function that keeps a measured figure, for whoever reads the run."""

    def keep(text: str) -> None:
        with (BUILD / f"{scenario.name}.figures").open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    return keep
