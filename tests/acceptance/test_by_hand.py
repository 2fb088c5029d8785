# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is left on the host is plain: `docker compose` works there by hand."""

from __future__ import annotations

import json

import pytest
import testinfra

from tests.acceptance.scenarios import Scenario


@pytest.mark.parametrize("project", ["stores", "app", "edge"])
def test_compose_works_by_hand(scenario: Scenario, server: testinfra.host.Host, project: str) -> None:
    planned = scenario.plan["projects"][project]
    checked = server.run(f"cd /etc/holdfast/{project} && docker compose config --quiet")
    assert (checked.rc, checked.stdout, checked.stderr) == (0, "", "")
    listed = server.check_output(f"cd /etc/holdfast/{project} && docker compose ps --all --format json")
    found = {json.loads(line)["Service"] for line in listed.splitlines()}
    assert found == set(planned["services"])


def test_units_keep_it_running_after_a_reboot(server: testinfra.host.Host) -> None:
    docker = server.service("docker")
    assert docker.is_running
    assert docker.is_enabled
