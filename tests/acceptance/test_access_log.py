# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The log of requests on the host: a rotation loses no line and fails no request, and lines outlive their container."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest

from tests.acceptance.running import one
from tests.acceptance.scenarios import Scenario
from tests.acceptance.test_reload import load, wait_for_more
from tests.acceptance.web import Site
from tests.lab.shell import LabError, scaled, wait_until

DIRECTORY = "/var/log/holdfast/edge"
ROTATIONS = 3


def lines(scenario: Scenario, word: str) -> list[str]:
    """Return every line of the log that has a word, archives included.

    Under the lock of what rotates: no file changes its name meanwhile.
    """
    script = f"for file in {DIRECTORY}/access*; do zcat --force $file; done"
    text = scenario.inside("flock", DIRECTORY, "sh", "-euc", script)
    return [line for line in text.splitlines() if word in line]


def archives(scenario: Scenario) -> set[str]:
    """Return the names of the files that were ended."""
    return set(scenario.inside("find", DIRECTORY, "-name", "access-*", "-printf", "%f\\n").split())


def logged(scenario: Scenario, word: str, count: int) -> None:
    """Wait until so many lines with a word are there: nginx writes them within a second."""
    wait_until(f"{count} lines of {word}", lambda: len(lines(scenario, word)) == count, seconds=scaled(10))


def test_a_rotation_loses_no_line_and_fails_no_request(
    scenario: Scenario, site: Site, figure: Callable[[str], None]
) -> None:
    before, ended, nginx = len(lines(scenario, '"/static/x.css"')), archives(scenario), one(scenario, "nginx")
    with load(site) as tally:
        for _ in range(ROTATIONS):
            wait_for_more(tally, 200)
            scenario.inside("holdfast-access-log", "now")
        wait_for_more(tally, 200)
    assert tally.failures == []
    logged(scenario, '"/static/x.css"', before + tally.done)
    new = archives(scenario) - ended
    # The timer looks every five minutes, and may have ended one in between.
    assert ROTATIONS <= len(new) <= ROTATIONS + 1, new
    assert all(name.endswith(".gz") for name in new), new
    assert one(scenario, "nginx").started == nginx.started
    figure(f"{ROTATIONS} rotations under load: {tally.done} requests, none failed, each has its line")


def test_a_line_outlives_a_rotation_and_its_container(scenario: Scenario, site: Site) -> None:
    first, second = (f"/?asked={uuid.uuid4()}" for _ in range(2))
    site.get(first)
    logged(scenario, first, 1)
    scenario.inside("holdfast-access-log", "now")
    old = one(scenario, "nginx").identity
    scenario.inside(
        "docker", "compose", "--project-directory", "/etc/holdfast/edge", "up", "--force-recreate", "--wait"
    )
    assert one(scenario, "nginx").identity != old
    site.get(second)
    logged(scenario, second, 1)
    (entry,) = [json.loads(line) for line in lines(scenario, first)]
    assert (entry["uri"], entry["host"], entry["remote"]) == (first, site.name, "172.30.213.1")


def test_the_timer_goes_on_and_strangers_read_nothing(scenario: Scenario) -> None:
    scenario.inside("systemctl", "start", "holdfast-access-log.service")
    shown = scenario.inside("systemctl", "show", "--property=Result", "--value", "holdfast-access-log.service")
    assert shown.strip() == "success"
    reads = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", f"{DIRECTORY}/access.log"]
    with pytest.raises(LabError, match="Permission denied"):
        scenario.inside(*reads)


def test_nginx_reloads_after_rotations(scenario: Scenario) -> None:
    nginx = one(scenario, "nginx").identity
    scenario.inside("holdfast-access-log", "now")
    scenario.inside("docker", "exec", nginx, "nginx", "-c", "/etc/edge/nginx.conf", "-s", "reload")
    assert "emerg" not in scenario.inside("sh", "-c", 'docker logs "$0" 2>&1', nginx)
